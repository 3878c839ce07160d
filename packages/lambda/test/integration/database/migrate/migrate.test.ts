import { describeDatabase } from '@vpc-postgres/testing/support/migrations-database.js';
import type { Files } from '@vpc-postgres/testing/support/run-migrations.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { CUP, POT, TEA, useMigratedDatabase } from './migrated-database.js';

const migrated = useMigratedDatabase();
const { refusalOf, run } = migrated;

test('applies each file once, in the order of the numbers, and owner owns what comes of it', async () => {
  expect(await run({ ...POT, ...TEA })).toEqual({ applied: ['0001-tea.sql', '0002-pot.sql'], newer: [] });
  expect(await run({ ...TEA, ...POT })).toEqual({ applied: [], newer: [] });
  expect((await run({ ...TEA, ...POT, ...CUP })).applied).toEqual(['0003-cup.sql']);

  const { rows } = await migrated.observer.query(
    "select distinct tableowner from pg_tables where schemaname in ('public', 'migrations')",
  );
  expect(rows).toEqual([{ tableowner: 'owner' }]);
});

test('app cannot read or change what is recorded as applied', async () => {
  await run(TEA);
  const app = await migrated.cluster.connect(migrated.database, 'app');

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

  expect((await migrated.observer.query('select settings from seen')).rows).toEqual([
    { settings: '"$user", public UTC owner' },
  ]);
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

  test('what cannot run in a transaction fails with that reason', async () => {
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
    const before = await describeDatabase(migrated.observer);

    expect(await run(TEA, { newerMigrations: 'allow' })).toEqual({
      applied: [],
      newer: ['0002-pot.sql', '0003-cup.sql'],
    });
    expect(await describeDatabase(migrated.observer)).toEqual(before);
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

test('a statement that is running when the time is up is not waited for', async () => {
  const message = await refusalOf(
    { '0001-slow.sql': 'create table slow ();\nselect pg_sleep(600)' },
    { timeLimitMillis: 1_000 },
  );

  expect(message).toContain('0001-slow.sql:2:1: the time for the migrations is up');
});
