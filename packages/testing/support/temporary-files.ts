/**
 * Chooses where the tests put what they write and remove again: clusters of PostgreSQL and the CDK's folders, thousands of
 * files. In memory they take a third less of the tests' time than on a disk.
 */
import { accessSync, constants, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import process from 'node:process';

/** Linux has it; a container can have less of it than a cluster needs. */
const MEMORY = '/dev/shm';
/** Three times what the tests have at a time, because it is taken from whatever else runs. */
const ROOM_BYTES = 2 * 1024 ** 3;

/** For this process and those that it starts. Changes nothing where TMPDIR is set. */
export function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR === undefined && hasRoom(MEMORY)) process.env.TMPDIR = MEMORY;
}

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(folder);
    return Math.min(bavail * bsize, freemem()) >= ROOM_BYTES;
  } catch {
    return false;
  }
}
