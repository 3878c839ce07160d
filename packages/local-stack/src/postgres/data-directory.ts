/**
 * Manages the folder of a PostgreSQL cluster: makes a new one whole or not at all, and refuses one that this
 * PostgreSQL must not touch. Never deletes a cluster.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { POSTGRES_MAJOR } from '@vpc-postgres/lambda/database/postgres-version.js';
import { LocalStackError } from '../local-stack-error.js';
import { moveAsideCommand } from '../shell-quote.js';
import type { PostgresBinaries } from './binaries.js';
import { withPlainPath } from './plain-path.js';
import { findPostmaster } from './postmaster-pid.js';
import type { Privileges } from './privileges.js';

/** The database superuser of a cluster made here. Trusted on its private socket, and nowhere else. */
export const SUPERUSER = 'postgres';

/** PostgreSQL's programs need no more of the environment than this. */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' } as const;

const LOCK_FILE_PAUSE_MILLIS = 300;

/**
 * Makes a cluster where there is none, and checks the one that is there.
 * @returns whether the cluster is new
 * @throws LocalStackError when the folder is not usable, in use, or of another PostgreSQL major
 */
export async function prepareDataDirectory(
  dataDirectory: string,
  binaries: PostgresBinaries,
  privileges: Privileges,
): Promise<boolean> {
  const content = await readContent(dataDirectory);
  if (content.length === 0) return createCluster(dataDirectory, binaries, privileges);

  await refuseOtherMajor(dataDirectory);
  await refuseRunningCluster(dataDirectory);
  await privileges.takeOwnership(dataDirectory);
  return false;
}

/** Says that another PostgreSQL runs on a folder. */
export function alreadyInUse(dataDirectory: string, processId: number | undefined): LocalStackError {
  return new LocalStackError(
    `${dataDirectory} is in use by another running PostgreSQL${processId ? ` (process ${processId})` : ''}.`,
    `Stop the npm start that uses it${processId ? `, or that process: kill -INT ${processId}` : ''}.`,
  );
}

async function readContent(dataDirectory: string): Promise<string[]> {
  try {
    const content = await readdir(dataDirectory);
    await access(dataDirectory, constants.R_OK | constants.W_OK | constants.X_OK);
    return content;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw unusable(dataDirectory, code, cause);
  }
}

async function refuseOtherMajor(dataDirectory: string): Promise<void> {
  const major = await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw unusable(dataDirectory, cause.code, cause);
  });
  const moveAside = `Move it aside, and the next start makes a new one: ${moveAsideCommand(dataDirectory)}`;
  if (major === undefined) {
    throw new LocalStackError(`${dataDirectory} holds files that are not a PostgreSQL data folder.`, moveAside);
  }
  if (major.trim() !== String(POSTGRES_MAJOR)) {
    throw new LocalStackError(
      `${dataDirectory} is of PostgreSQL ${major.trim()}, and this project runs PostgreSQL ${POSTGRES_MAJOR}.`,
      moveAside,
    );
  }
}

async function refuseRunningCluster(dataDirectory: string): Promise<void> {
  let postmaster = await findPostmaster(dataDirectory);
  if (postmaster.state === 'damaged') {
    // PostgreSQL makes the file and fills it in the next moment: one that starts just now has done so after this.
    await delay(LOCK_FILE_PAUSE_MILLIS);
    postmaster = await findPostmaster(dataDirectory);
  }
  if (postmaster.state === 'running') throw alreadyInUse(dataDirectory, postmaster.processId);
  // Its number has gone to another program since, or was never written. PostgreSQL itself would give up over either.
  if (postmaster.state === 'replaced' || postmaster.state === 'damaged')
    await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
}

/** Makes the cluster next to its place and renames it there, so that an interrupted first start leaves no half cluster. */
async function createCluster(
  dataDirectory: string,
  binaries: PostgresBinaries,
  privileges: Privileges,
): Promise<boolean> {
  await removeAbandoned(dataDirectory);
  const unfinished = `${dataDirectory}.new-${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(dataDirectory, (cause as NodeJS.ErrnoException).code, cause);
  }
  try {
    await privileges.takeOwnership(unfinished);
    await withPlainPath(binaries.initdb, (initdb) => initializeCluster(unfinished, initdb, privileges));
    await rename(unfinished, dataDirectory);
    return true;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    // Another starter was faster; starting on its cluster says who it is.
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

async function initializeCluster(directory: string, initdb: string, privileges: Privileges): Promise<void> {
  const { file, arguments: args } = privileges.wrap({
    file: initdb,
    arguments: [
      `--pgdata=${directory}`,
      `--username=${SUPERUSER}`,
      '--auth-local=trust',
      '--auth-host=reject',
      '--encoding=UTF8',
      // PostgreSQL's own C.UTF-8 sorts the same on every machine, and needs no locale of the operating system.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ],
  });
  try {
    await promisify(execFile)(file, [...args], { env: POSTGRES_ENVIRONMENT, cwd: dirname(directory) });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() || (cause as Error).message;
    throw new LocalStackError(
      `PostgreSQL could not make a data folder in ${dirname(directory)}: ${said}`,
      'Check the free space of that disk, and that the folder is writable.',
      { cause },
    );
  }
}

/** What a first start left that was killed half-way: a folder named after a process that is gone. */
async function removeAbandoned(dataDirectory: string): Promise<void> {
  const prefix = `${basename(dataDirectory)}.new-`;
  const siblings = await readdir(dirname(dataDirectory)).catch(() => []);
  for (const name of siblings) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
    await rm(join(dirname(dataDirectory), name), { recursive: true, force: true });
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return processId !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function unusable(dataDirectory: string, code: string | undefined, cause: unknown): LocalStackError {
  const problem = code === 'ENOTDIR' ? 'is not a folder, or below something that is none' : `cannot be used (${code})`;
  return new LocalStackError(
    `The PostgreSQL data folder ${dataDirectory} ${problem}.`,
    `Make it a folder that you can read and write, or move it aside: ${moveAsideCommand(dataDirectory)}`,
    { cause },
  );
}
