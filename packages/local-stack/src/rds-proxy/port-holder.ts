/** Finds out, for an error message, which program holds a TCP port. A convenience: it may not know. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MILLIS = 2_000;

/** @returns for example `node (process 4711)`; nothing where `lsof` is missing, or not allowed to know */
export async function findPortHolder(port: number): Promise<string | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
  const output = await promisify(execFile)('lsof', args, { timeout: TIMEOUT_MILLIS }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  return parseLsof(output);
}

/** Reads the first process of `lsof -Fpc`: a line `p` with its id, and a line `c` with its command. */
export function parseLsof(output: string): string | undefined {
  const [, processId] = /^p(\d+)$/m.exec(output) ?? [];
  const [, command] = /^c(.+)$/m.exec(output) ?? [];
  return processId === undefined || command === undefined ? undefined : `${command} (process ${processId})`;
}
