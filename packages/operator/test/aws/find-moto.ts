/** Decides once whether the tests can run: they need the command moto_server. Without it they are skipped, and say so. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    motoServer: string | undefined;
  }
}

const REQUIREMENTS = join(import.meta.dirname, '../requirements.txt');

/** @throws when there is no moto and MOTO_REQUIRED is set, as in .ci/run: there, skipped tests would prove nothing. */
export default function findMoto(project: TestProject): void {
  const motoServer = findCommand('moto_server');
  if (motoServer === undefined) {
    const problem = `npm run test:aws -w @vpc-postgres/operator needs moto: pip install "${pinnedMoto()}", so that moto_server is on the PATH.`;
    if (process.env.MOTO_REQUIRED) throw new Error(problem);
    console.log(`Skipped. ${problem}`);
  }
  project.provide('motoServer', motoServer);
}

function findCommand(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function pinnedMoto(): string {
  const requirement = /^moto.*$/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[0];
  if (requirement === undefined) throw new Error(`${REQUIREMENTS} does not name moto.`);
  return requirement;
}
