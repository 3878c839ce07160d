import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import {
  describeDatabase,
  startTestCluster,
  type TestCluster,
} from '@vpc-postgres/testing/support/migrations-database.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MigrateOptions, migrate } from '../../../../src/database/migrate/migrate.js';
import { prepareMigrations } from '../../../../src/database/migrate/prepare-migrations.js';

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

type Files = Record<string, string>;

/** A run of its own, as migrator. @returns the names of what was applied */
async function run(files: Files, options: MigrateOptions = {}) {
  const client = await cluster.connect(database);
  try {
    const migrations = prepareMigrations(Object.entries(files).map(([name, sql]) => ({ name, sql })));
    return await migrate(client, migrations, { lockWaitMillis: 20_000, ...options });
  } finally {
    await client.end();
  }
}

/** @returns the message; fails when the database is not as it was before */
async function refusalOf(files: Files, options: MigrateOptions = {}): Promise<string> {
  const before = await describeDatabase(observer);
  const message = await run(files, options).then(
    ({ applied }) => `no refusal: ${applied.join(', ') || 'nothing'} was applied`,
    (error: Error) => `${error.name}: ${error.message}`,
  );
  expect(await describeDatabase(observer)).toEqual(before);
  return message;
}

const TEA = { '0001-tea.sql': 'create table tea (id int);' };
const POT = { '0002-pot.sql': 'create table pot (id int);' };
const CUP = { '0003-cup.sql': 'create table cup (id int);' };

test('applies each file once, in the order of the numbers, and owner owns what comes of it', async () => {
  expect(await run({ ...POT, ...TEA })).toEqual({ applied: ['0001-tea.sql', '0002-pot.sql'], newer: [] });
  expect(await run({ ...TEA, ...POT })).toEqual({ applied: [], newer: [] });
  expect((await run({ ...TEA, ...POT, ...CUP })).applied).toEqual(['0003-cup.sql']);

  const { rows } = await observer.query(
    "select distinct tableowner from pg_tables where schemaname in ('public', 'migrations')",
  );
  expect(rows).toEqual([{ tableowner: 'owner' }]);
});

test('app cannot read or change what is recorded as applied', async () => {
  await run(TEA);
  const app = await cluster.connect(database, 'app');

  await expect(app.query('select * from migrations.applied')).rejects.toThrow(
    'permission denied for schema migrations',
  );
});

test('a setting or role that a file sets is gone before the next', async () => {
  const settings = "current_setting('search_path') || ' ' || current_setting('timezone') || ' ' || current_user";
  await run({
    '0001-set.sql': "create schema other; set search_path = other; set timezone = 'Asia/Tokyo'; set role migrator",
    '0002-see.sql': `create table seen as select ${settings} as settings`,
  });

  expect((await observer.query('select settings from seen')).rows).toEqual([{ settings: '"$user", public UTC owner' }]);
});

describe('a file that fails', () => {
  test('leaves nothing of itself, keeps those before it, and is shown with line, column and caret', async () => {
    const broken = {
      '0002-pot.sql':
        "-- 🍵 pots\ncreate table pot (id int);\ncreate table cup (\n  id int default 'x🍵', size integr\n);",
    };
    await run(TEA);

    expect(await refusalOf({ ...TEA, ...broken })).toBe(`\
MigrationError: 0002-pot.sql:4:29: type "integr" does not exist (42704)

  4 |   id int default 'x🍵', size integr
                                  ^`);
    expect((await run({ ...TEA, ...POT })).applied).toEqual(['0002-pot.sql']);
  });

  test('leaves a database that has never been migrated without so much as an empty table', async () => {
    expect(await refusalOf({ '0001-tea.sql': 'create table tea (id int);\nselect * frm tea' })).toBe(`\
MigrationError: 0001-tea.sql:2:10: syntax error at or near "frm" (42601)

  2 | select * frm tea
               ^`);
  });

  test('shows the statement where PostgreSQL names no place', async () => {
    await run(TEA);

    expect(await refusalOf({ ...TEA, '0002-tea.sql': 'select 1;\n\n  create table tea (id int)' })).toContain(
      '0002-tea.sql:3:3: relation "tea" already exists (42P07)\n\n  3 |   create table tea (id int)\n        ^',
    );
  });

  test('shows no value of the data', async () => {
    await run({
      '0001-tea.sql': "create table tea (name text); insert into tea values ('secret blend'), ('secret blend')",
    });
    const files = {
      '0001-tea.sql': "create table tea (name text); insert into tea values ('secret blend'), ('secret blend')",
    };

    const cast = await refusalOf({ ...files, '0002-a.sql': 'alter table tea alter name type int using name::int' });
    const unique = await refusalOf({ ...files, '0002-a.sql': 'create unique index i on tea (name)' });

    expect(cast).toContain('invalid input syntax for type integer: "…" (22P02)');
    expect(unique).toContain('could not create unique index "i" (23505)');
    expect(cast + unique).not.toContain('secret');
  });

  test('a constraint that is checked at the end fails the file', async () => {
    const files = {
      '0001-tea.sql':
        'create table tea (id int primary key, like_id int references tea deferrable initially deferred);\n' +
        'insert into tea values (1, 2);',
    };

    expect(await refusalOf(files)).toContain('violates foreign key constraint "tea_like_id_fkey" (23503)');
  });

  test.each([
    [
      'a procedure that commits',
      'create procedure p() language plpgsql as $$ begin commit; end $$;\ncall p()',
      '2D000',
    ],
    ['a block that commits', 'create table t ();\ndo $$ begin commit; end $$', '2D000'],
  ])('%s cannot end the transaction', async (_, sql, sqlState) => {
    expect(await refusalOf({ '0001-tea.sql': sql })).toContain(`invalid transaction termination (${sqlState})`);
  });

  test('what cannot run in a transaction is told so', async () => {
    const sql = 'create table t (); create publication p for all tables; alter system set work_mem = 1000';

    expect(await refusalOf({ '0001-tea.sql': sql })).toMatch(/\((25001|42501)\)/);
  });

  test('two statements are never sent as one, whatever standard_conforming_strings makes of the text', async () => {
    const sql = "set standard_conforming_strings = off; select 'a\\'; commit; create table loot (); --'";

    expect(await refusalOf({ '0001-tea.sql': sql })).toMatch(
      /commit is the runner|unterminated|syntax error|\(42601\)/,
    );
  });
});

describe('refuses, and applies nothing, when', () => {
  beforeEach(async () => {
    await run({ ...TEA, ...POT });
  });

  test('an applied file has changed', async () => {
    expect(await refusalOf({ '0001-tea.sql': 'create table tea (id bigint);', ...POT, ...CUP })).toMatch(
      /^MigrationError: 0001-tea\.sql has changed since it was applied to this database\..* Applied: SHA-256 [0-9a-f]{12}…, the file now: [0-9a-f]{12}…\.$/,
    );
  });

  test('an applied file is gone', async () => {
    expect(await refusalOf(TEA)).toBe(
      'MigrationError: 0002-pot.sql has been applied to this database, but the file is gone. Restore it; what it did is undone by a new file.',
    );
  });

  test('files have changed places', async () => {
    const swapped = { '0001-pot.sql': POT['0002-pot.sql'], '0002-tea.sql': TEA['0001-tea.sql'] };

    expect((await refusalOf(swapped)).split('\n')).toEqual([
      'MigrationError: 0001-tea.sql has been applied to this database under this name, and is 0002-tea.sql now. Rename it back.',
      '0002-pot.sql has been applied to this database under this name, and is 0001-pot.sql now. Rename it back.',
    ]);
  });

  test('a file has a number below one that is applied', async () => {
    expect(await refusalOf({ '0000-cup.sql': 'select 1', ...TEA, ...POT })).toBe(
      'MigrationError: 0000-cup.sql is new, and this database has got as far as 0002-pot.sql. Give it the number after the last.',
    );
  });

  test('another branch has used the number', async () => {
    const message = await refusalOf({
      ...TEA,
      '0002-lid.sql': 'create table lid ()',
      '0003-pot.sql': POT['0002-pot.sql'],
    });

    expect(message).toContain(
      '0002-pot.sql has been applied to this database under this name, and is 0003-pot.sql now.',
    );
    expect(message).toContain('0002-lid.sql is new');
  });
});

describe('a database that a newer version has migrated', () => {
  beforeEach(async () => {
    await run({ ...TEA, ...POT, ...CUP });
  });

  test('is left as it is by an older version, which says so', async () => {
    const before = await describeDatabase(observer);

    expect(await run(TEA, { newerMigrations: 'allow' })).toEqual({
      applied: [],
      newer: ['0002-pot.sql', '0003-cup.sql'],
    });
    expect(await describeDatabase(observer)).toEqual(before);
  });

  test.each([
    ['an applied file has changed', { '0001-tea.sql': 'select 1' }, '0001-tea.sql has changed'],
    [
      'a file between has gone',
      { ...TEA, '0002-lid.sql': 'select 1' },
      '0002-pot.sql has been applied to this database, but',
    ],
    [
      'there is something to apply',
      { ...TEA, ...POT, '0003-lid.sql': 'select 1' },
      '0003-lid.sql is new, and this database',
    ],
  ])('is refused when %s', async (_, files, problem) => {
    expect(await refusalOf(files as Files, { newerMigrations: 'allow' })).toContain(problem);
  });
});

describe('several runs at once', () => {
  test('eight of them apply each file once', async () => {
    const files = { ...TEA, '0002-slow.sql': 'create table slow (id int); select pg_sleep(0.3)', ...CUP };

    const results = await Promise.all(Array.from({ length: 8 }, () => run(files)));

    expect(results.flatMap(({ applied }) => applied)).toEqual(Object.keys(files));
  });

  test.runIf(exhaustive)(
    'eight of them with an index that is built concurrently do not wait for each other for ever',
    async () => {
      const files = { ...TEA, '0002-index.sql': '-- no-transaction\ncreate index concurrently by_id on tea (id)' };

      const results = await Promise.all(Array.from({ length: 8 }, () => run(files)));

      expect(results.flatMap(({ applied }) => applied)).toEqual(Object.keys(files));
    },
  );

  test('one that waits in vain says who holds the lock, and how to end it', async () => {
    const holder = await cluster.connect(database);
    await holder.query("set application_name = 'deployment of alice'; select pg_advisory_lock(7236115902)");
    const { rows } = await holder.query('select pg_backend_pid() as pid');

    expect(await refusalOf(TEA, { lockWaitMillis: 300 })).toBe(
      'MigrationError: Waited 0.3 s for another run of the migrations, and applied nothing. The lock is held by process ' +
        `${rows[0].pid} of PostgreSQL, user migrator, application "deployment of alice". Try again when it is done; ` +
        `if nobody is behind it any more, end it: select pg_terminate_backend(${rows[0].pid})`,
    );
    await holder.end();
  });

  test('a run in another database does not count', async () => {
    const other = await cluster.connect(await cluster.createDatabase());
    await other.query('select pg_advisory_lock(7236115902)');

    expect((await run(TEA, { lockWaitMillis: 0 })).applied).toEqual(['0001-tea.sql']);
    await other.end();
  });
});

test.runIf(exhaustive)(
  'a table that somebody else has locked is not waited for longer than the role allows',
  async () => {
    await run(TEA);
    const migrator = await cluster.connect(database, 'postgres');
    await migrator.query("alter role migrator set lock_timeout = '200ms'; begin; lock table tea");

    const message = await refusalOf({ ...TEA, '0002-size.sql': 'alter table tea add size int' });

    await migrator.query("rollback; alter role migrator set lock_timeout = '5s'");
    await migrator.end();
    expect(message).toContain('0002-size.sql:1:1: canceling statement due to lock timeout (55P03)');
    expect(message).toContain('Somebody else holds a lock on the table for longer than lock_timeout');
  },
);

test('a statement that is running when the time is up is not waited for', async () => {
  const message = await refusalOf(
    { '0001-slow.sql': 'create table slow ();\nselect pg_sleep(600)' },
    { timeLimitMillis: 1_000 },
  );

  expect(message).toContain('0001-slow.sql:2:1: the time for the migrations is up');
});
