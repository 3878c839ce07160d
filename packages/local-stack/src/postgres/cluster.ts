/**
 * Runs the PostgreSQL of the local stack: starts it on a data folder, behind a private Unix socket and nothing
 * else, and leaves no process, folder or socket when it ends.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalStackError } from '../local-stack-error.js';
import { moveAsideCommand } from '../shell-quote.js';
import { findBinaries, type PostgresBinaries } from './binaries.js';
import { alreadyInUse, prepareDataDirectory } from './data-directory.js';
import { choosePrivileges, type Privileges, type PrivilegesOptions } from './privileges.js';
import { type SupervisedProcess, spawnSupervised } from './supervised-process.js';

export interface StartPostgresOptions {
  /** Where the data is kept. Made when missing; its parent folders too. */
  dataDirectory: string;
  /** Server settings by name, over the defaults below. @see https://www.postgresql.org/docs/17/runtime-config.html */
  settings?: Record<string, string>;
  /** One line of PostgreSQL's log, without its end. @default - not kept */
  onLog?: (line: string) => void;
  /** As whom PostgreSQL runs when this process is root. @default the first way that works */
  privileges?: PrivilegesOptions;
}

export interface LocalPostgres {
  /** Holds `.s.PGSQL.5432`, on which the superuser `postgres`, and every other database user, is trusted. */
  socketDirectory: string;
  /** For example `17.10`. */
  version: string;
  /** Whether the data folder was made by this start. */
  createdCluster: boolean;
  /** Ends every database session and starts again on the same data and socket. */
  restart(): Promise<void>;
  /** Ends PostgreSQL and removes its socket folder. The data stays. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * What differs from PostgreSQL's own defaults. A commit does not wait for the disk, which makes it ten times as
 * fast: a crash may lose the last half second, but never damages the data, as `fsync = off` would.
 */
const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  synchronous_commit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Longest path of a Unix socket on macOS; Linux has four more. */
const MAX_SOCKET_PATH_BYTES = 103;
const START_TIMEOUT_MILLIS = 60_000;
const ORPHANS_TIMEOUT_MILLIS = 5_000;
const ORPHANS_PAUSE_MILLIS = 100;
/** How long each way to stop gets before a harder one. */
const STOP_TIMEOUT_MILLIS = 10_000;
const KEPT_LOG_LINES = 20;

/**
 * Starts PostgreSQL and waits until it accepts connections.
 * @throws LocalStackError when this machine or the data folder does not allow it; nothing is left behind then
 */
export async function startPostgres(options: StartPostgresOptions): Promise<LocalPostgres> {
  const dataDirectory = resolve(options.dataDirectory);
  const [binaries, privileges] = await Promise.all([findBinaries(), choosePrivileges(options.privileges)]);
  const createdCluster = await prepareDataDirectory(dataDirectory, binaries, privileges);
  const socketDirectory = await createSocketDirectory(privileges);

  const start = () => startServer({ binaries, privileges, dataDirectory, socketDirectory, options });
  const removeSocketDirectory = () => rm(socketDirectory, { recursive: true, force: true });
  let server: RunningServer;
  try {
    server = await start();
  } catch (error) {
    await removeSocketDirectory();
    throw error;
  }

  let stopped: Promise<void> | undefined;
  return {
    socketDirectory,
    version: server.version,
    createdCluster,
    async restart() {
      await stopServer(server.process);
      server = await start();
    },
    stop() {
      stopped ??= stopServer(server.process).then(removeSocketDirectory);
      return stopped;
    },
  };
}

interface ServerStart {
  binaries: PostgresBinaries;
  privileges: Privileges;
  dataDirectory: string;
  socketDirectory: string;
  options: StartPostgresOptions;
}

interface RunningServer {
  process: SupervisedProcess;
  version: string;
}

/** Waits for what is left of a server that was killed: its backends notice in a moment, and hold the memory until then. */
async function startServer(start: ServerStart): Promise<RunningServer> {
  const giveUpAt = performance.now() + ORPHANS_TIMEOUT_MILLIS;
  for (;;) {
    try {
      return await tryToStartServer(start);
    } catch (error) {
      if (!(error instanceof OrphansError) || performance.now() > giveUpAt) throw error;
      await delay(ORPHANS_PAUSE_MILLIS);
    }
  }
}

/** Processes of a server that was killed still use the data folder. */
class OrphansError extends LocalStackError {}

async function tryToStartServer(start: ServerStart): Promise<RunningServer> {
  const settings = {
    ...DEFAULT_SETTINGS,
    unix_socket_directories: start.socketDirectory,
    ...start.options.settings,
  };
  const command = start.privileges.wrap({
    file: start.binaries.postgres,
    arguments: [
      '-D',
      start.dataDirectory,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
  });
  const process = spawnSupervised(command, start.socketDirectory);
  try {
    return { process, version: await waitUntilReady(process, start) };
  } catch (error) {
    await stopServer(process);
    throw error;
  }
}

/** @returns the version that the server says it is */
async function waitUntilReady(process: SupervisedProcess, start: ServerStart): Promise<string> {
  const lines: string[] = [];
  let version = 'unknown';
  const abandon = new AbortController();
  const ready = new Promise<void>((resolve) => {
    createInterface(process.log).on('line', (line) => {
      start.options.onLog?.(line);
      version = /starting PostgreSQL (\S+)/.exec(line)?.[1] ?? version;
      if (lines.push(line) > KEPT_LOG_LINES) lines.shift();
      if (line.includes('database system is ready to accept connections')) resolve();
    });
  });
  const ended = process.exited.then(() => {
    throw explainFailedStart(start.dataDirectory, lines);
  });
  const timedOut = delay(START_TIMEOUT_MILLIS, undefined, { signal: abandon.signal }).then(() => {
    throw explainFailedStart(start.dataDirectory, [...lines, `not ready after ${START_TIMEOUT_MILLIS / 1000} s`]);
  });
  // The losers of the race still settle.
  ended.catch(() => {});
  timedOut.catch(() => {});
  try {
    await Promise.race([ready, ended, timedOut]);
    return version;
  } finally {
    abandon.abort();
  }
}

function explainFailedStart(dataDirectory: string, lines: readonly string[]): LocalStackError {
  const holder = lines.map((line) => /Is another postmaster \(PID (\d+)\) running/.exec(line)?.[1]).find(Boolean);
  if (holder !== undefined) return alreadyInUse(dataDirectory, Number(holder));
  if (lines.some((line) => /pre-existing shared memory block .* is still in use/.test(line))) {
    return new OrphansError(
      `The PostgreSQL on ${dataDirectory} was killed, and some of its processes still run.`,
      'End them, and start again: pgrep -fl postgres lists them.',
    );
  }
  const reason = lines.findLast((line) => /\b(FATAL|PANIC|ERROR):/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return new LocalStackError(
    `PostgreSQL did not start on ${dataDirectory}: ${reason.replace(/^.*?(?=(FATAL|PANIC|ERROR):)/, '')}`,
    `Move the folder aside, and the next start makes a new one: ${moveAsideCommand(dataDirectory)}`,
  );
}

/** Fast, immediate, and last by force: each rolls open transactions back, and the next start recovers from the last two. */
async function stopServer(process: SupervisedProcess): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(signal);
    if (await endsWithin(process, STOP_TIMEOUT_MILLIS)) return;
  }
}

async function endsWithin(process: SupervisedProcess, millis: number): Promise<boolean> {
  const abandon = new AbortController();
  const ended = process.exited.then(
    () => true,
    () => true,
  );
  const late = delay(millis, false, { signal: abandon.signal }).catch(() => false);
  try {
    return await Promise.race([ended, late]);
  } finally {
    abandon.abort();
  }
}

async function createSocketDirectory(privileges: Privileges): Promise<string> {
  const name = 'amplify-pg-';
  const longest = join(tmpdir(), `${name}XXXXXX`, '.s.PGSQL.5432');
  const parent = Buffer.byteLength(longest) > MAX_SOCKET_PATH_BYTES ? '/tmp' : tmpdir();
  const directory = await mkdtemp(join(parent, name));
  await chmod(directory, 0o700);
  await privileges.takeOwnership(directory);
  return directory;
}
