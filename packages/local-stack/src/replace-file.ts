/** Writes a file at once: a process that opens it meanwhile reads the old contents or the new, never half of them. */
import { rename, writeFile } from 'node:fs/promises';

/** @param mode Permissions of the new file. @default what the umask leaves */
export async function replaceFile(path: string, contents: string | Uint8Array, mode?: number): Promise<void> {
  await writeFile(`${path}.new`, contents, { mode });
  await rename(`${path}.new`, path);
}

/** A file that holds a secret of the local stack: for its owner alone. */
export async function replacePrivateFile(path: string, contents: string): Promise<void> {
  await replaceFile(path, contents, 0o600);
}
