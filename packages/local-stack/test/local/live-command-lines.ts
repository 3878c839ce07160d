/** Lists the command lines of all live processes, so that a test finds the ones that should have ended. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export async function liveCommandLines(): Promise<string[]> {
  return existsSync('/proc/self/cmdline') ? commandLinesOfLinux() : commandLinesOfPs();
}

/** Small images of Linux have no ps. A zombie has an empty command line. */
async function commandLinesOfLinux(): Promise<string[]> {
  const processIds = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    processIds.map((id) =>
      readFile(`/proc/${id}/cmdline`, 'utf8').then(
        (line) => line.replaceAll('\0', ' '),
        () => '',
      ),
    ),
  );
}

async function commandLinesOfPs(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-Ao', 'args=']);
  return stdout.split('\n');
}
