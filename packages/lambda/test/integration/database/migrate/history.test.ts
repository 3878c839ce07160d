import {
  describeDatabase,
  startTestCluster,
  type TestCluster,
} from '@vpc-postgres/testing/support/migrations-database.js';
import { type Files, type RunOptions, runMigrations } from '@vpc-postgres/testing/support/run-migrations.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** Long enough for a slow machine. */
const PATIENCE = { timeout: 20_000 };

let cluster: TestCluster;
let database: string;
let superuser: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  database = await cluster.createDatabase();
  superuser = await cluster.connect(database, 'postgres');
});
afterEach(() => superuser.end());

const run = (files: Files, options?: RunOptions) => runMigrations(cluster, database, files, options);
const messageOf = (files: Files, options?: RunOptions) =>
  run(files, options).then(
    ({ applied }) => `applied ${applied.join(', ') || 'nothing'}`,
    (error: Error) => error.message,
  );

const TEA = { '0001-tea.sql': 'create table tea (a int); insert into tea values (1), (1)' };

describe('a file without a transaction whose first statement fails', () => {
  test.each([
    ['alter table pot add b int', 'relation "pot" does not exist'],
    ['create index concurrently by_a on pot (a)', 'relation "pot" does not exist'],
    ['create unique index concurrently by_a on tea (a)', 'could not create unique index'],
    ['create index concurrently by_a on tea ((1 / (a - 1)))', 'division by zero'],
    ['drop index concurrently if exists tea', '"tea" is not an index'],
    ['vacuum (index_cleanup nonsense) tea', 'requires a Boolean value'],
    ['vacuum full pg_catalog.pot', 'does not exist'],
    ['set work_mem = nonsense', 'invalid value for parameter'],
  ])('leaves the file free to be changed, renamed and removed: %s', async (statement, problem) => {
    await run(TEA);
    const before = await describeDatabase(superuser);
    const files = { ...TEA, '0002-step.sql': `-- no-transaction\n${statement}` };
    const fail = async () => {
      expect(await messageOf(files)).toContain(problem);
      expect(await describeDatabase(superuser)).toEqual(before);
    };

    await fail();
    expect(await messageOf(TEA)).toBe('applied nothing');
    await fail();
    expect(await messageOf({ ...TEA, '0002-other.sql': '-- no-transaction\nselect 1' })).toBe('applied 0002-other.sql');
    await superuser.query("delete from migrations.applied where name = '0002-other.sql'");
    await fail();
    expect(await messageOf({ ...TEA, '0002-step.sql': 'create table pot ()' })).toBe('applied 0002-step.sql');
  });

  test('leaves a database that has never been migrated without so much as an empty table', async () => {
    const before = await describeDatabase(superuser);

    expect(await messageOf({ '0001-tea.sql': '-- no-transaction\nalter table tea add b int' })).toContain(
      'does not exist',
    );

    expect(await describeDatabase(superuser)).toEqual(before);
  });

  test('is free as well when an earlier version of the runner has recorded that it was begun', async () => {
    await run(TEA);
    await superuser.query("insert into migrations.applied (name, checksum) values ('0002-step.sql', 'abc')");

    expect(await messageOf(TEA)).toBe('applied nothing');
    expect(await messageOf({ ...TEA, '0002-step.sql': 'create table pot ()' })).toBe('applied 0002-step.sql');
  });
});

test('a file without a transaction whose second statement fails may not be removed', async () => {
  const file = '-- no-transaction\ncreate table pot ();\ncreate unique index concurrently by_a on tea (a)';
  expect(await messageOf({ ...TEA, '0002-pot.sql': file })).toContain('could not create unique index');

  expect(await messageOf(TEA)).toContain('0002-pot.sql has been applied to this database, but the file is gone');
});

describe('two runs that both believe they have the lock', () => {
  /** As after a failover: the lock is gone with the session that had it. */
  const withoutLock = (client: pg.Client) => {
    const send = client.query.bind(client) as (config: pg.QueryConfig) => Promise<pg.QueryResult>;
    client.query = ((config: pg.QueryConfig) =>
      send(
        /pg_try_advisory_lock/.test(config.text) ? { ...config, text: 'select $1::bigint > 0 as acquired' } : config,
      )) as typeof client.query;
  };
  /** A statement that takes until the test says so. */
  const PAUSE = 'set lock_timeout = 0; select pg_advisory_xact_lock(42); reset lock_timeout';

  test.each<[string, Files, string]>([
    [
      'their first file',
      { '0001-tea.sql': `create table tea (a int); ${PAUSE}; insert into tea values (1)` },
      '0001-tea.sql',
    ],
    ['a later file', { ...TEA, '0002-more.sql': `${PAUSE}; insert into tea values (1)` }, '0002-more.sql'],
    [
      'a file without a transaction',
      { ...TEA, '0002-more.sql': `-- no-transaction\n${PAUSE}; insert into tea values (1)` },
      '0002-more.sql',
    ],
  ])('in %s end with one refused, and each statement done once', async (_, files, file) => {
    if (file !== '0001-tea.sql') await run(TEA);
    const rowsBefore = file === '0001-tea.sql' ? 0 : 2;
    await superuser.query('select pg_advisory_lock(42)');
    const waiting = async () =>
      (
        await superuser.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
      ).rowCount;

    const first = messageOf(files, { prepareClient: withoutLock });
    await expect.poll(waiting, PATIENCE).toBe(1);
    const second = messageOf(files, { prepareClient: withoutLock });
    await expect.poll(waiting, PATIENCE).toBe(2);
    await superuser.query('select pg_advisory_unlock(42)');

    expect(await first).toBe(`applied ${file}`);
    expect(await second).toMatch(
      new RegExp(
        `^${file} is applied by another run at this moment, or has just been\\. .* this one has lost it: .* nothing was done twice\\.`,
      ),
    );
    expect((await superuser.query('select count(*)::int as rows from tea')).rows).toEqual([{ rows: rowsBefore + 1 }]);
  });

  test('in an index that is built concurrently end with one refused, and the index is valid', async () => {
    await run(TEA);
    const files = { ...TEA, '0002-index.sql': '-- no-transaction\ncreate index concurrently by_a on tea (a)' };
    const holder = await cluster.connect(database, 'postgres');
    await holder.query('begin; insert into tea values (2)');
    const building = async () => (await superuser.query('select from pg_stat_progress_create_index')).rowCount;

    const first = messageOf(files, { prepareClient: withoutLock });
    await expect.poll(building, PATIENCE).toBe(1);
    expect(await messageOf(files, { prepareClient: withoutLock })).toMatch(
      /is being built by another session, process \d+/,
    );
    await holder.query('commit');

    expect(await first).toBe('applied 0002-index.sql');
    const { rows } = await superuser.query("select indisvalid from pg_index where indexrelid = 'by_a'::regclass");
    expect(rows).toEqual([{ indisvalid: true }]);
  });

  test('get an error where a file has given the lock up itself', async () => {
    const files = { ...TEA, '0002-unlock.sql': `select pg_advisory_unlock_all(); ${PAUSE}; create table pot ()` };
    await run(TEA);
    await superuser.query('select pg_advisory_lock(42)');
    const waiting = async () =>
      (
        await superuser.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
      ).rowCount;

    const first = messageOf(files);
    await expect.poll(waiting, PATIENCE).toBe(1);
    const second = messageOf(files);
    await expect.poll(waiting, PATIENCE).toBe(2);
    await superuser.query('select pg_advisory_unlock(42)');

    expect(await first).toBe('applied 0002-unlock.sql');
    expect(await second).toContain('0002-unlock.sql is applied by another run at this moment');
  });
});
