/** Starts PostgreSQL on a folder that is made for one test, and removes both after it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, expect } from 'vitest';
import type { LocalStackError } from '../../../src/local-stack-error.js';
import { type LocalPostgres, type StartPostgresOptions, startPostgres } from '../../../src/postgres/cluster.js';

export let directory: string;
export let dataDirectory: string;
export const running: LocalPostgres[] = [];

export async function start(options: Partial<StartPostgresOptions> = {}): Promise<LocalPostgres> {
  const postgres = await startPostgres({ dataDirectory, ...options });
  running.push(postgres);
  return postgres;
}

export async function query(postgres: { socketDirectory: string }, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ host: postgres.socketDirectory, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function failureOf(options: Partial<StartPostgresOptions> = {}): Promise<LocalStackError> {
  const outcome = await start(options).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: 'LocalStackError' });
  return outcome as LocalStackError;
}

export async function postmasterId(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8'), 10);
}

/** A zombie that nobody has collected yet counts as gone. */
export async function isRunning(processId: number): Promise<boolean> {
  try {
    process.kill(processId, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(status);
}

/** Starts PostgreSQL from another Node process, and waits for its first line. */
export async function startElsewhere(path: string, { asNobody = false } = {}) {
  const node = [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'starter.ts'), path];
  const [file = '', ...args] = asNobody
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...node]
    : node;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [firstLine] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, firstLine };
}

/** Makes a folder before each test, stops what the test started, and removes the folder. */
export function prepareFolder(): void {
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cluster-'));
    dataDirectory = join(directory, 'data');
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
    await rm(directory, { recursive: true, force: true });
  });
}
