/** Brings what is wrong with the files of amplify/ together in one error. */
import { LocalStackError } from '../local-stack-error.js';

export interface Problem {
  /** One sentence: what is wrong, with the value found. */
  readonly message: string;
  /** One sentence: what to do. */
  readonly fix: string;
}

/** @throws LocalStackError with all of them, when there is one. */
export function refuseProblems(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  if (others.length === 0) throw new LocalStackError(first.message, first.fix);
  const list = problems.map(({ message, fix }) => `\n\n  ${message}\n  ${fix}`).join('');
  throw new LocalStackError(`${problems.length} things in amplify/ are wrong.${list}\n\n`, 'Fix all of them.');
}
