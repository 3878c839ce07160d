import {
  describeDatabase,
  startTestCluster,
  type TestCluster,
} from '@vpc-postgres/testing/support/migrations-database.js';
import { type Files, runMigrations } from '@vpc-postgres/testing/support/run-migrations.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** What one file or statement leaves in the session, and what another finds there. */
let cluster: TestCluster;
let database: string;
/** Sees everything, and changes nothing. */
let observer: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  database = await cluster.createDatabase();
  observer = await cluster.connect(database, 'postgres');
});
afterEach(() => observer.end());

const run = (files: Files) => runMigrations(cluster, database, files);
const messageOf = (files: Files) =>
  run(files).then(
    ({ applied }) => `applied ${applied.join(', ')}`,
    (error: Error) => error.message,
  );
const tables = async () => {
  const { rows } = await observer.query(
    `select schemaname || '.' || tablename as name from pg_tables
      where schemaname !~ '^(pg_|information_schema|migrations)' order by 1`,
  );
  return rows.map(({ name }) => name);
};

describe('a file', () => {
  const leaveEverything = `
    create table tea (name text);
    create sequence numbers;
    create temporary table tea (name text);
    insert into pg_temp.tea values ('temporary');
    prepare first_tea as select name from tea;
    declare all_tea cursor with hold for select name from tea;
    listen news;
    select nextval('numbers');
    select pg_advisory_lock(1), pg_advisory_lock(1), pg_advisory_lock(-1), pg_advisory_lock_shared(2);
    select pg_advisory_lock(1, 2), pg_advisory_lock_shared(-1, -2);
    set search_path = nowhere;
    set default_transaction_read_only = on;
    set session authorization migrator;`;
  const look = `create table public.seen as select
    current_user as role,
    current_setting('search_path') as search_path,
    (select count(*)::int from public.tea) as tea,
    to_regclass('pg_temp.tea') as temporary,
    (select count(*)::int from pg_prepared_statements) as prepared,
    (select count(*)::int from pg_cursors where is_holdable) as cursors,
    (select count(*)::int from pg_listening_channels()) as channels,
    (select array_agg((classid::bigint << 32) + objid::bigint) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`;
  const LIKE_A_NEW_CONNECTION = {
    role: 'owner',
    search_path: '"$user", public',
    tea: 0,
    temporary: null,
    prepared: 0,
    cursors: 0,
    channels: 0,
    // Of the run.
    locks: ['7236115902'],
  };

  test.each([
    ['in a transaction', { '0001-leave.sql': leaveEverything, '0002-look.sql': look }],
    [
      'without a transaction',
      {
        '0001-leave.sql': `-- no-transaction\n${leaveEverything.replace(/create temp.*|insert into pg_temp.*/g, '')}`,
        '0002-look.sql': look,
      },
    ],
  ])('%s leaves nothing in the session to the next file of the run, and the run keeps its lock', async (_, files) => {
    await run(files);

    expect((await observer.query('select * from seen')).rows).toEqual([LIKE_A_NEW_CONNECTION]);
  });

  test('finds no last value of a sequence that another file has asked for', async () => {
    const files = { '0001-leave.sql': leaveEverything, '0002-look.sql': 'select lastval()' };

    expect(await messageOf(files)).toContain('lastval is not yet defined in this session');
  });

  test('creates SQL functions over a table whose policies hold for its owner too', async () => {
    const files = {
      '0001-orders.sql': `
        create table orders (owner text);
        alter table orders enable row level security, force row level security;
        create policy own on orders using (owner = current_user);
        create function all_orders() returns setof orders language sql as 'select * from orders';
        create or replace function count_orders() returns bigint language sql begin atomic select count(*) from orders; end;
        create procedure forget_orders() language sql as $$ delete from orders $$;
        create table settings as select current_setting('row_security') as row_security`,
    };

    await run(files);

    expect((await observer.query('select row_security from settings')).rows).toEqual([{ row_security: 'off' }]);
    expect(await messageOf({ ...files, '0002-call.sql': 'select count_orders()' })).toContain(
      'query would be affected by row-level security policy for table "orders" (42501)',
    );
  });
});

describe('a file without a transaction', () => {
  /** Stops before its last statement, and is resumed on another connection. */
  async function runInTwo(...statements: string[]): Promise<void> {
    const file = (...last: string[]) => ({
      '0001-steps.sql': `-- no-transaction\n${[...statements.slice(0, -1), ...last].join(';\n')}`,
    });
    await expect(run(file('select 1/0'))).rejects.toThrow('division by zero');
    await run(file(...statements.slice(-1)));
  }

  test.each([
    ['set', ['create schema other', 'set search_path = other', 'create table tea ()'], ['other.tea']],
    [
      'reset',
      ['create schema other', 'set search_path = other', 'reset search_path', 'create table tea ()'],
      ['public.tea'],
    ],
    [
      'reset all',
      ['create schema other', 'set search_path = other', 'RESET ALL', 'create table tea ()'],
      ['public.tea'],
    ],
    [
      'a block that resets what it sets',
      [
        'create schema other',
        "do $$ begin perform set_config('search_path', 'other', false); create table tea (); reset search_path; end $$",
        'create table pot ()',
      ],
      ['other.tea', 'public.pot'],
    ],
  ])('that is resumed behind %s ends as one that is not cut short', async (_, statements, expected) => {
    await runInTwo(...statements);
    const resumed = await describeDatabase(observer);
    const resumedTables = await tables();

    database = await cluster.createDatabase();
    await observer.end();
    observer = await cluster.connect(database, 'postgres');
    await run({ '0001-steps.sql': `-- no-transaction\n${statements.join(';\n')}` });

    expect(resumedTables).toEqual(expected);
    expect(await describeDatabase(observer)).toEqual(resumed);
  });

  test('that is resumed has the settings with a name of their own that it has set', async () => {
    await runInTwo("set my.name = 'Assam'", "create table tea as select current_setting('my.name') as name");

    expect((await observer.query('select name from tea')).rows).toEqual([{ name: 'Assam' }]);
  });

  test('takes and records its statements in a role that may not write the records', async () => {
    await observer.query(`create role brewer_${database}; grant brewer_${database} to migrator;
                          grant create on schema public to brewer_${database}`);

    await runInTwo(`set role brewer_${database}`, 'create table tea ()', 'create table pot ()');

    const { rows } = await observer.query("select distinct tableowner from pg_tables where schemaname = 'public'");
    expect(rows).toEqual([{ tableowner: `brewer_${database}` }]);
  });

  test.each([
    ["select set_config('search_path', 'other', false)", 'this might leave a setting to the statements behind it'],
    [
      "select pg_catalog.\"set_config\"('my.name', 'Assam', false)",
      'this might leave a setting to the statements behind it',
    ],
    [
      "do $$ begin execute 'set search_path = other'; end $$",
      'this might leave the setting search_path to the statements behind it',
    ],
    ['do $$ begin set role migrator; end $$', 'this might leave the role to the statements behind it'],
    ['set local search_path = other', 'this might leave the setting search_path to the statements behind it'],
    ['create temporary table tea ()', 'this might leave the temporary table tea to the statements behind it'],
    ['select 1 as id into temp tea', 'this might leave the temporary table tea to the statements behind it'],
    ['discard all', 'DISCARD ALL cannot run inside a transaction block'],
  ])('is refused at %s, which a run that is resumed behind it could not repeat', async (statement, problem) => {
    const before = await describeDatabase(observer);

    expect(await messageOf({ '0001-steps.sql': `-- no-transaction\n${statement};\ncreate table tea ()` })).toContain(
      `0001-steps.sql:2:1: ${problem}`,
    );

    expect(await describeDatabase(observer)).toEqual(before);
  });

  test.each([
    "create function see() returns text language sql as $$ select set_config('my.name', 'x', true) $$",
    "select 'set_config(a, b)'",
    "do $$ begin perform set_config('search_path', 'other', false); perform set_config('search_path', '\"$user\", public', false); end $$",
    'do $$ begin create temporary table tea (); drop table tea; end $$',
  ])('may hold %s', async (statement) => {
    expect(await messageOf({ '0001-steps.sql': `-- no-transaction\n${statement}` })).toBe('applied 0001-steps.sql');
  });
});
