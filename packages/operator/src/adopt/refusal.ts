/** Why an app cannot be adopted: what a person must change first. */
import { CommandError } from '../command-error.js';

export interface Obstacle {
  /** Relative to the app; `.` for the folder itself. With `:LINE` where a line is meant. */
  readonly file: string;
  readonly reason: string;
  readonly fix: string;
}

/** Carries every obstacle. Nothing was written. */
export class AdoptionRefused extends CommandError {
  override readonly name = 'AdoptionRefused';

  constructor(
    into: string,
    readonly obstacles: readonly Obstacle[],
  ) {
    const lines = obstacles.map(({ file, reason, fix }) => `  ${file}: ${reason}\n    Fix: ${fix}`);
    super(`${into} cannot be adopted as it is. Nothing was written.\n\n${lines.join('\n')}`);
  }
}
