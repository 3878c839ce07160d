/** Removes what Amplify's transformer leaves behind: a folder for each synthesis, of one megabyte or forty. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSystem } from 'aws-cdk-lib';
import { vi } from 'vitest';

/** From now on the CDK makes its temporary folders in one of this function's. @returns removes that folder, and ends it */
export function collectTransformerFolders(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'transformer-folders-'));
  const mkdtemp = vi.spyOn(FileSystem, 'mkdtemp').mockImplementation((prefix) => mkdtempSync(join(folder, prefix)));
  return () => {
    mkdtemp.mockRestore();
    rmSync(folder, { recursive: true });
  };
}
