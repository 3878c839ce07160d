import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Amplify's transformer and the CDK leave a temporary folder behind for each synthesis, of one megabyte or forty. From here on
 * this process and those that it starts make theirs in one folder, which is removed when this process ends.
 */
export function removeTemporaryFoldersAtExit(): void {
  const folder = mkdtempSync(join(tmpdir(), 'synth-'));
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
