import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { copyNewCluster } from '@vpc-postgres/testing/support/new-cluster/copy.js';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LocalStackError } from '../../../src/local-stack-error.js';
import { type LocalPostgres, type StartPostgresOptions, startPostgres } from '../../../src/postgres/cluster.js';
import type { RootWorkaround } from '../../../src/postgres/privileges.js';

const isRoot = process.getuid?.() === 0;

let directory: string;
let dataDirectory: string;
const running: LocalPostgres[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cluster-'));
  dataDirectory = join(directory, 'data');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Partial<StartPostgresOptions> = {}): Promise<LocalPostgres> {
  const postgres = await startPostgres({ dataDirectory, ...options });
  running.push(postgres);
  return postgres;
}

async function query(postgres: { socketDirectory: string }, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ host: postgres.socketDirectory, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function failureOf(options: Partial<StartPostgresOptions> = {}): Promise<LocalStackError> {
  const outcome = await start(options).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: 'LocalStackError' });
  return outcome as LocalStackError;
}

async function postmasterId(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8'), 10);
}

/** A zombie that nobody has collected yet counts as gone. */
async function isRunning(processId: number): Promise<boolean> {
  try {
    process.kill(processId, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(status);
}

describe('a first start', () => {
  test('makes a cluster that sorts alike on every machine, keeps time in UTC, and syncs to disk', async () => {
    const postgres = await start();

    expect(postgres).toMatchObject({ createdCluster: true, version: expect.stringMatching(/^17\.\d+$/) });
    expect(
      await query(
        postgres,
        `select datlocprovider, datlocale, pg_encoding_to_char(encoding) as encoding, current_setting('TimeZone') as zone,
           current_setting('fsync') as fsync, current_setting('listen_addresses') as addresses
         from pg_database where datname = 'postgres'`,
      ),
    ).toEqual([
      { datlocprovider: 'b', datlocale: 'C.UTF-8', encoding: 'UTF8', zone: 'UTC', fsync: 'on', addresses: '' },
    ]);
  });

  test.runIf(exhaustive)('that was killed half-way leaves nothing in the way of the next', async () => {
    await mkdir(`${dataDirectory}.new-999999999`, { recursive: true });
    await writeFile(join(`${dataDirectory}.new-999999999`, 'PG_VERSION'), '17\n');

    const { createdCluster } = await start();

    expect(createdCluster).toBe(true);
    expect(await readdir(directory)).toEqual(['data']);
  });
});

describe('a start', () => {
  beforeEach(() => copyNewCluster(dataDirectory));

  test('keeps its socket in a folder of its own that nobody else may enter, and removes it at the end', async () => {
    const { socketDirectory, stop } = await start();
    const mode = (await stat(socketDirectory)).mode & 0o777;
    const processId = await postmasterId();

    await stop();
    await stop();

    expect(mode).toBe(0o700);
    expect(existsSync(socketDirectory)).toBe(false);
    expect(existsSync(join(dataDirectory, 'postmaster.pid'))).toBe(false);
    expect(await isRunning(processId)).toBe(false);
  });

  test('takes settings and hands on the log', async () => {
    const lines: string[] = [];

    const postgres = await start({ settings: { work_mem: '5MB' }, onLog: (line) => lines.push(line) });

    expect(await query(postgres, 'show work_mem')).toEqual([{ work_mem: '5MB' }]);
    expect(lines.at(-1)).toContain('database system is ready to accept connections');
  });

  test.runIf(exhaustive)('that fails leaves no process and no folder, and says why', async () => {
    vi.stubEnv('TMPDIR', directory);

    const error = await failureOf({ settings: { shared_buffers: 'plenty' } });

    vi.unstubAllEnvs();

    expect(error.message).toContain('invalid value for parameter "shared_buffers"');
    expect(await readdir(directory)).toEqual(['data']);
    expect(await readdir(dataDirectory)).not.toContain('postmaster.pid');
  });
});

test('data survives a restart, a stop, and a crash', async () => {
  await copyNewCluster(dataDirectory);
  const first = await start();
  await query(first, 'create table kept (n int)');
  await query(first, 'insert into kept values (1)');
  await first.restart();
  await query(first, 'insert into kept values (2)');
  await first.stop();
  const second = await start();
  await query(second, 'insert into kept values (3)');
  await query(second, 'checkpoint');
  process.kill(await postmasterId(), 'SIGKILL');
  await second.stop();

  const third = await start();

  expect(third.createdCluster).toBe(false);
  expect(await query(third, 'select count(*)::int as count from kept')).toEqual([{ count: 3 }]);
});

test.runIf(exhaustive)('a start waits for what is left of a server that was killed', async () => {
  await copyNewCluster(dataDirectory);
  const first = await start();
  const client = new pg.Client({ host: first.socketDirectory, user: 'postgres', database: 'postgres' });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const backend = rows[0]?.pid ?? 0;
  process.kill(backend, 'SIGSTOP');
  process.kill(await postmasterId(), 'SIGKILL');
  await first.stop();

  const lines: string[] = [];
  const starting = start({ onLog: (line) => lines.push(line) });
  await expect.poll(() => lines.join('\n'), { timeout: 5_000 }).toContain('shared memory block');
  process.kill(backend, 'SIGCONT');

  expect(await query(await starting, 'select 1 as one')).toEqual([{ one: 1 }]);
});

describe('a start is refused, and nothing is damaged,', () => {
  test('when PostgreSQL already runs on the folder', async () => {
    await copyNewCluster(dataDirectory);
    const postgres = await start();

    const error = await failureOf();

    const processId = await postmasterId();
    expect(error.message).toBe(`${dataDirectory} is in use by another running PostgreSQL (process ${processId}).`);
    expect(error.fix).toContain(`kill -INT ${processId}`);
    expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test.runIf(exhaustive)('when two make the folder at once, for all but one', async () => {
    const starters = await Promise.all([startElsewhere(dataDirectory), startElsewhere(dataDirectory)]);
    const outcomes = starters.map(({ firstLine }) => (existsSync(firstLine) ? 'started' : firstLine)).sort();
    const processId = await postmasterId();
    for (const { child } of starters) child.kill('SIGKILL');

    expect(outcomes).toEqual([expect.stringContaining('is in use by another running PostgreSQL'), 'started']);
    expect(await readdir(directory)).toEqual(['data']);
    await expect.poll(() => isRunning(processId), { timeout: 5_000 }).toBe(false);
  });

  test('when the data is of another major, saying both and how to move it aside', async () => {
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'PG_VERSION'), '16\n');

    const error = await failureOf();

    expect(error.message).toBe(`${dataDirectory} is of PostgreSQL 16, and this project runs PostgreSQL 17.`);
    expect(error.fix).toContain(`mv ${dataDirectory} ${dataDirectory}.old`);
    expect(await readdir(dataDirectory)).toEqual(['PG_VERSION']);
  });

  test('when the folder holds something else', async () => {
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'notes.txt'), 'mine');

    const error = await failureOf();

    expect(error.message).toContain('holds files that are not a PostgreSQL data folder');
    expect(await readFile(join(dataDirectory, 'notes.txt'), 'utf8')).toBe('mine');
  });

  test.each([
    ['is a file', () => dataDirectory],
    ['is below a file', () => join(dataDirectory, 'data')],
  ])('when the folder %s', async (_, path) => {
    await writeFile(dataDirectory, 'mine');

    const error = await failureOf({ dataDirectory: path() });

    expect(error.message).toContain('is not a folder');
    expect(await readFile(dataDirectory, 'utf8')).toBe('mine');
  });

  test.runIf(exhaustive)('when the folder cannot be written', async () => {
    await mkdir(dataDirectory, { mode: 0o500 });
    await chmod(directory, 0o555);

    const { firstLine } = await startElsewhere(join(dataDirectory, 'deeper'), { asNobody: isRoot });

    await chmod(directory, 0o755);
    expect(firstLine).toMatch(/LocalStackError: The PostgreSQL data folder .* cannot be used \(EACCES\)/);
  });
});

describe.runIf(exhaustive)('a postmaster.pid that a crash left behind', () => {
  test.each([
    ['of a process that is gone', () => 999_999_999],
    ['whose number another program has now', () => process.pid],
  ])('%s is no obstacle', async (_, processId) => {
    await copyNewCluster(dataDirectory);
    await writeFile(join(dataDirectory, 'postmaster.pid'), `${processId()}\n${dataDirectory}\n`, { mode: 0o600 });

    const postgres = await start();

    expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

test('PostgreSQL ends, and its socket folder goes, when its starter is killed with SIGKILL', async () => {
  await copyNewCluster(dataDirectory);
  const { child, firstLine: socketDirectory } = await startElsewhere(dataDirectory);
  const processId = await postmasterId();
  expect(await query({ socketDirectory }, 'select 1 as one')).toEqual([{ one: 1 }]);

  child.kill('SIGKILL');

  await expect.poll(() => isRunning(processId), { timeout: 5_000 }).toBe(false);
  await expect.poll(() => existsSync(socketDirectory), { timeout: 5_000 }).toBe(false);
  expect(existsSync(join(dataDirectory, 'postmaster.pid'))).toBe(false);
});

/** Starts PostgreSQL from another Node process, and waits for its first line. */
async function startElsewhere(path: string, { asNobody = false } = {}) {
  const node = [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'starter.ts'), path];
  const [file = '', ...args] = asNobody
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...node]
    : node;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [firstLine] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, firstLine };
}

describe.skipIf(!isRoot)(isRoot ? 'as root' : 'as root (skipped: this is an ordinary user)', () => {
  test.runIf(exhaustive).each<RootWorkaround>(['user-namespace', 'nobody'])(
    'PostgreSQL runs with the help of %s',
    async (workaround) => {
      await copyNewCluster(dataDirectory);
      const postgres = await start({ privileges: { workarounds: [workaround] } });

      expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
      const status = await readFile(`/proc/${await postmasterId()}/status`, 'utf8');
      expect(status).toMatch(workaround === 'nobody' ? /^Uid:\t65534/m : /^Uid:\t0/m);
    },
  );

  test.runIf(exhaustive)(
    'a cluster can go from one way to the other and back, below a home that only root may enter',
    async () => {
      const home = join(directory, 'home');
      await mkdir(home, { mode: 0o700 });
      const path = join(home, 'project/.local/data');

      const owners: number[] = [];
      for (const workaround of ['nobody', 'user-namespace', 'nobody'] as const) {
        const postgres = await start({ dataDirectory: path, privileges: { workarounds: [workaround] } });
        await query(postgres, 'create table if not exists kept (n int)');
        await postgres.stop();
        owners.push((await stat(path)).uid);
      }

      expect(owners).toEqual([65_534, 0, 65_534]);
      expect((await stat(dirname(path))).uid).toBe(0);
    },
  );
});
