/** Tests how PostgreSQL starts on a data folder, what it rejects, and what is left when it ends. */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { copyNewCluster } from '@vpc-postgres/testing/support/new-cluster/copy.js';
import pg from 'pg';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { findBinaries } from '../../../src/postgres/binaries.js';
import { prepareDataDirectory } from '../../../src/postgres/data-directory.js';
import { choosePrivileges } from '../../../src/postgres/privileges.js';
import {
  dataDirectory,
  directory,
  failureOf,
  isRunning,
  postmasterId,
  prepareFolder,
  query,
  start,
  startElsewhere,
} from './cluster-under-test.js';

const isRoot = process.getuid?.() === 0;

prepareFolder();

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

describe('a postmaster.pid that a crash left behind', () => {
  const CASES: [string, () => string][] = [
    ['that is empty', () => ''],
    ['that holds no number', () => '\0\0\0\0'],
    ['of a process that is gone', () => `999999999\n${dataDirectory}\n`],
    ['whose number another program has now', () => `${process.pid}\n${dataDirectory}\n`],
  ];

  test.each(sample(CASES, 1))('%s is no obstacle', async (_, content) => {
    await copyNewCluster(dataDirectory);
    await writeFile(join(dataDirectory, 'postmaster.pid'), content(), { mode: 0o600 });

    const postgres = await start();

    expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

test.runIf(exhaustive)(
  'a new data folder is made by programs below a folder whose name a shell would read',
  async () => {
    const installed = dirname(dirname(dirname((await findBinaries()).initdb)));
    const odd = join(directory, 'My $HOME "shop" `touch evil` ü');
    await cp(installed, odd, { recursive: true, verbatimSymlinks: true });
    const [binaries, privileges] = await Promise.all([findBinaries({ findPackage: () => odd }), choosePrivileges()]);

    expect(await prepareDataDirectory(dataDirectory, binaries, privileges)).toBe(true);

    expect(await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8')).toBe('17\n');
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('amplify-pg-programs-'))).toEqual([]);
  },
);

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
