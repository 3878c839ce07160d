/** Writes an adoption: all of it, or nothing. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandError } from '../command-error.js';
import { formatNewFiles } from '../generate/format.js';
import { copyPackages, PACKAGES } from './copied-packages.js';
import type { Adoption } from './plan.js';

/** @throws CommandError when a file cannot be written; what was written before it is taken back */
export function writeAdoption({ into, starter, changes, packages }: Adoption): void {
  const written = changes.edits;
  // The topmost folders that this makes: with them goes what is in them.
  const made = [...written.map(({ path }) => path), ...PACKAGES.map((name) => `packages/${name}/a`)].flatMap((path) =>
    firstMissing(into, path),
  );
  try {
    changes.apply();
    copyPackages(starter, into, packages);
  } catch (cause) {
    for (const path of new Set(made)) if (existsSync(path)) rmSync(path, { recursive: true });
    for (const { path, before } of written) if (before !== undefined) writeFileSync(join(into, path), before);
    throw new CommandError(`${(cause as Error).message}. What was written before was taken back.`, { cause });
  }
  formatNewFiles(changes);
}

/** The file, or the topmost folder around it that is not there. */
function firstMissing(into: string, path: string): string[] {
  let missing: string[] = [];
  for (
    let current = join(into, path);
    current.length > into.length && !existsSync(current);
    current = dirname(current)
  ) {
    missing = [current];
  }
  return missing;
}
