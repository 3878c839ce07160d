/** Runs initdb from a path that a shell leaves alone. */
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What a shell reads as something else, also between double quotes. */
const SPECIAL = /[$`"\\]/;

/**
 * initdb starts `postgres` by a shell command, with its own path between double quotes and otherwise as it is: below a folder
 * named `$HOME` it would look elsewhere, and what stands between backticks would run. Such a path is copied for the while.
 *
 * @param program Absolute, in the folder `bin` of PostgreSQL.
 * @param callback Called with the program, or with its copy.
 */
export async function withPlainPath<Result>(
  program: string,
  callback: (program: string) => Promise<Result>,
): Promise<Result> {
  if (!SPECIAL.test(program)) return callback(program);
  const parent = SPECIAL.test(tmpdir()) ? '/tmp' : tmpdir();
  const copy = await mkdtemp(join(parent, 'amplify-pg-programs-'));
  try {
    // PostgreSQL may run as another user.
    await chmod(copy, 0o755);
    await cp(dirname(dirname(program)), copy, { recursive: true, verbatimSymlinks: true });
    return await callback(join(copy, basename(dirname(program)), basename(program)));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
