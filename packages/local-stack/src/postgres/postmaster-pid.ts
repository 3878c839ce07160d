/** Reads `postmaster.pid`, the file by which PostgreSQL says that it runs on a data folder. Changes nothing. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

/**
 * `absent`: no file. `damaged`: it holds no number, as after a power failure. `gone`: its process has ended; PostgreSQL recovers
 * from that by itself. `replaced`: the number now belongs to another program. `running`: PostgreSQL runs.
 */
export type PostmasterState =
  | { state: 'absent' | 'damaged' | 'gone' }
  | { state: 'replaced' | 'running'; processId: number };

/** Whether the PostgreSQL that last used a data folder still runs. */
export async function findPostmaster(dataDirectory: string): Promise<PostmasterState> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return { state: 'absent' };
  const processId = Number.parseInt(text, 10);
  if (!(processId > 0)) return { state: 'damaged' };
  if (!exists(processId)) return { state: 'gone' };
  const isPostgres = (await programOf(processId)).includes('postgres');
  return { state: isPostgres ? 'running' : 'replaced', processId };
}

function exists(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Someone else's process is alive all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The name of a process's program. Where it cannot be learnt, the cautious answer is PostgreSQL. */
async function programOf(processId: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${processId}/comm`, 'utf8').catch(() => 'postgres');
  return promisify(execFile)('ps', ['-o', 'comm=', '-p', String(processId)]).then(
    ({ stdout }) => stdout,
    () => 'postgres',
  );
}
