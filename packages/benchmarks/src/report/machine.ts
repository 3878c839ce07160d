/** The machine and the versions behind the results, in one line. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { BASELINES_FOLDER } from '../baselines.js';

const GIBIBYTE = 2 ** 30;

export function describeMachine(): string {
  const cpus = os.cpus();
  return [
    `${cpus.length} x ${cpus[0]?.model.trim() ?? 'unknown processor'}`,
    `${Math.round(os.totalmem() / GIBIBYTE)} GiB`,
    `${os.type()} ${os.release()}`,
    `Node.js ${process.versions.node}`,
  ].join(', ');
}

/** The packages that are measured, as package.json files pin them: "pg 8.23.1". */
export async function baselineVersions(): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(BASELINES_FOLDER, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
}
