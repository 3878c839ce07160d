import { startTestCluster, type TestCluster } from '@vpc-postgres/testing/support/migrations-database.js';
import { type Files, type RunOptions, runMigrations } from '@vpc-postgres/testing/support/run-migrations.js';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Blocker } from '../../../../src/database/migrate/report-waits.js';

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
    ({ applied }) => `applied ${applied.join(', ')}`,
    (error: Error) => error.message,
  );
const indexes = async () => {
  const { rows } = await superuser.query(
    `select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^(pg_|migrations)' order by 1`,
  );
  return rows;
};
const recorded = async () => {
  const { rows } = await superuser.query(
    'select name from migrations.applied where finished_at is not null order by 1',
  );
  return rows.map(({ name }) => name);
};

const TEA = {
  '0001-tea.sql':
    'create schema other; create table tea (a int); create table "Tea ""Pot""" (a int); create table other.tea (a int)',
};

describe('an invalid index that an earlier build has left', () => {
  const A_LONG_NAME = `tea_by_${'é'.repeat(40)}_a`;

  test.each([
    ['with a plain name', 'tea_by_a on tea', ''],
    ['with a name of more than 63 bytes', `${A_LONG_NAME} on tea`, ''],
    ['with a name that PostgreSQL folds', 'TEA_by_A on TEA', ''],
    ['with a name that JavaScript would fold otherwise', 'ÉTÉ_İ on only tea', ''],
    ['with a name in quotes', '"Tea by ""a"" on tea" on public . "Tea ""Pot"""', ''],
    ['on a table of another schema', 'tea_by_a on other.tea', ''],
    ['on a table of the database that is named in full', `tea_by_a on DATABASE.other.tea`, ''],
    ['on a table that search_path finds', 'tea_by_a on tea', 'set search_path = other;\n'],
    ['with a name that is a word of SQL', 'index on tea', ''],
  ])('%s is dropped and built again, in place of counting as built', async (_, target, before) => {
    const sql = `${before}create index concurrently if not exists ${target} (a)`.replace('DATABASE', database);
    await run(TEA);
    await superuser.query(`${before}${sql.replace(/concurrently if not exists/, '')}`);
    const [index] = await indexes();
    await superuser.query(
      'update pg_index set indisvalid = false where indexrelid = (select max(oid) from pg_class where relkind = $1)',
      ['i'],
    );
    expect(await indexes()).toEqual([{ ...index, valid: false }]);

    await run({ ...TEA, '0002-index.sql': `-- no-transaction\n${sql}` });

    expect(await indexes()).toEqual([{ ...index, valid: true }]);
  });

  test('is left alone, and not recorded as built, while another session builds it', async () => {
    await run(TEA);
    const holder = await cluster.connect(database, 'postgres');
    await holder.query('begin; insert into tea values (1)');
    const building = superuser.query('create index concurrently tea_by_a on tea (a)');
    const observer = await cluster.connect(database, 'postgres');
    const built = async () =>
      (await observer.query("select from pg_index where indexrelid = to_regclass('tea_by_a')")).rowCount;
    await expect.poll(built, PATIENCE).toBe(1);

    const files = {
      ...TEA,
      '0002-index.sql': '-- no-transaction\ncreate index concurrently if not exists tea_by_a on tea (a)',
    };
    expect(await messageOf(files)).toMatch(
      /^The index public\.tea_by_a is being built by another session, process \d+ of PostgreSQL\. Run the migrations again/,
    );

    await holder.query('commit');
    await building;
    expect(await messageOf(files)).toBe('applied 0002-index.sql');
    expect(await indexes()).toEqual([{ name: 'tea_by_a', valid: true }]);
  });
});

test('an index whose name another table’s index has, with if not exists, is not recorded as built', async () => {
  await run({ ...TEA, '0002-pot.sql': 'create table pot (a int); create index by_a on pot (a)' });
  const files = { ...TEA, '0002-pot.sql': 'create table pot (a int); create index by_a on pot (a)' };

  expect(
    await messageOf({
      ...files,
      '0003-index.sql': '-- no-transaction\ncreate index concurrently if not exists by_a on tea (a)',
    }),
  ).toContain('0003-index.sql:2:1: no valid index of this name is on the table afterwards');

  expect(await recorded()).toEqual(Object.keys(files));
});

describe('beside an older transaction', () => {
  let holder: pg.Client;
  let holderPid: number;
  const waits: (readonly Blocker[])[] = [];
  const waitObserver = {
    // So that a test need not wait for two seconds.
    patienceMillis: 200,
    async connect() {
      const client = new pg.Client({ host: cluster.socketDirectory, database, user: 'migrator' });
      await client.connect();
      return client;
    },
    onWait: (_: unknown, __: unknown, blockers: readonly Blocker[]) => waits.push(blockers),
  };

  beforeEach(async () => {
    waits.length = 0;
    await run({ ...TEA, '0002-index.sql': 'create index tea_by_a on tea (a)' });
    // So that a test need not wait for the five seconds of the role; creating a database sets them again.
    await superuser.query("alter role migrator set lock_timeout = '100ms'");
    holder = await cluster.connect(database, 'postgres');
    await holder.query("set application_name = 'report'; begin isolation level repeatable read; select from tea");
    holderPid = (await holder.query('select pg_backend_pid() as pid')).rows[0].pid;
  });

  test.each([
    ['create index concurrently pot_by_a on "Tea ""Pot""" (a)', ['pot_by_a', 'tea_by_a']],
    ['drop index concurrently if exists tea_by_a', []],
  ])('%s waits longer than lock_timeout, and says for whom', async (sql, expected) => {
    const files = { ...TEA, '0002-index.sql': 'create index tea_by_a on tea (a)' };
    const running = run(
      {
        ...files,
        '0003-index.sql': `-- no-transaction\n${sql};\ncreate table seen as select current_setting('lock_timeout')`,
      },
      { waitObserver },
    );
    await expect
      .poll(() => waits, PATIENCE)
      .toEqual([[{ pid: holderPid, user: 'postgres', applicationName: 'report' }]]);
    await holder.query('commit');

    expect((await running).applied).toEqual(['0003-index.sql']);

    expect(await indexes()).toEqual(expected.map((name) => ({ name, valid: true })));
    expect((await superuser.query('select * from seen')).rows).toEqual([{ current_setting: '100ms' }]);
  });

  test('an observer that cannot connect does not fail the build', async () => {
    const connect = vi.fn().mockRejectedValue(new Error('no connection left'));
    const files = {
      ...TEA,
      '0002-index.sql': 'create index tea_by_a on tea (a)',
      '0003-index.sql': '-- no-transaction\ncreate index concurrently i on tea (a)',
    };
    const running = run(files, { waitObserver: { ...waitObserver, connect } });
    await expect.poll(() => connect.mock.calls, PATIENCE).toHaveLength(1);
    await holder.query('commit');

    expect((await running).applied).toEqual(['0003-index.sql']);
  });

  test('the lock_timeout that the file itself sets holds', async () => {
    const files = {
      ...TEA,
      '0002-index.sql': 'create index tea_by_a on tea (a)',
      '0003-index.sql': "-- no-transaction\nset lock_timeout = '50ms';\ncreate index concurrently i on tea (a)",
    };

    expect(await messageOf(files)).toContain('0003-index.sql:3:1: canceling statement due to lock timeout (55P03)');

    await holder.query('commit');
    expect(await messageOf(files)).toBe('applied 0003-index.sql');
    expect(await indexes()).toContainEqual({ name: 'i', valid: true });
  });
});
