import { startTestCluster, type TestCluster } from '@vpc-postgres/testing/support/migrations-database.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../../../src/database/migrate/migrate.js';
import { prepareMigrations } from '../../../../src/database/migrate/prepare-migrations.js';

let cluster: TestCluster;
let database: string;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  database = await cluster.createDatabase();
});

/** Applies the texts as 0001-a.sql, 0002-a.sql and so on. @returns the message of the refusal, or what was applied */
async function apply(...texts: string[]): Promise<string> {
  const client = await cluster.connect(database);
  try {
    const files = texts.map((sql, index) => ({ name: `${String(index + 1).padStart(4, '0')}-a.sql`, sql }));
    const { applied } = await migrate(client, prepareMigrations(files));
    return `applied: ${applied.join(', ')}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end();
  }
}

async function queryValue(sql: string): Promise<unknown> {
  const { rows } = await (await cluster.connect(database, 'postgres')).query({ text: sql, rowMode: 'array' });
  return rows[0]?.[0];
}

describe('is applied', () => {
  test.each([
    [
      'a function with a parameter that is named begin',
      'create function f(begin int) returns int language sql as $$ select begin; $$; select 1',
      'select f(7)',
      7,
    ],
    [
      'a body with END as an alias, and CASE in CASE',
      `create function f(x int) returns int
       begin atomic
         select 1 as end;
         select case case x when 1 then 2 end when 2 then 7 end as end;
       end; select 1`,
      'select f(1)',
      7,
    ],
    [
      'a body that selects a parameter that is named begin',
      'create function f(begin int) returns int begin atomic select begin; end; select 1',
      'select f(7)',
      7,
    ],
    [
      'a string with escapes that goes on after a comment',
      "create table t as select E'a' -- it's a comment; with 'quotes'\n  'b\\'; c' as c; select 1",
      'select c from t',
      "ab'; c",
    ],
    [
      'a string that goes on after two comments',
      "create table t as select 'a'\n-- one;\n-- it's two\n'b\\' as c; select 1",
      'select c from t',
      'ab\\',
    ],
    [
      'a string with Unicode escapes that goes on',
      "create table t as select U&'\\0061' -- ;\n '!0062;' uescape '!' as c; select 1",
      'select c from t',
      '\\0061b;',
    ],
    [
      'names of letters beyond ASCII, also with an ideographic space',
      'create table größe (表 int, 🍵 int, a\u3000b int); insert into größe values (1, 2, 7); select 1',
      'select a\u3000b from größe',
      7,
    ],
    [
      'an operator that a comment ends',
      'create table t as select 9 -/* ; */2 as c where 1 <--;\n 2; select 1',
      'select c from t',
      7,
    ],
    [
      'numbers of every spelling',
      'create table t as select 1.e0 + 0x1F + 1_000 + .5e1 + 0b11 + 0o17 as c; select 1',
      'select c::int from t',
      1 + 31 + 1000 + 5 + 3 + 15,
    ],
    [
      'a dollar-quoted body beside a name with dollar signs',
      "create function a$b$c() returns text language sql as $b$ select '; $$'; $b$; select 1",
      'select a$b$c()',
      '; $$',
    ],
    [
      'a backslash in strings, names and comments',
      `create table "a\\b" (c text); -- \\copy\n/* \\i x */ insert into "a\\b" values ('\\copy'); select 1`,
      'select c from "a\\b"',
      '\\copy',
    ],
  ])('%s', async (_, sql, query, value) => {
    expect(await apply(sql)).toBe('applied: 0001-a.sql');
    expect(await queryValue(query)).toEqual(value);
  });
});

const CANCEL =
  "select pg_cancel_backend(pid) from pg_stat_activity where datname = $1 and state = 'active' and query = 'select pg_sleep(60)'";

describe('the help that a message gets fits it:', () => {
  const NO_TRANSACTION = 'This statement cannot run in a transaction';
  const MODE_IS_FIXED = 'its isolation level and mode are fixed. Remove this.';

  test.each([
    ['alter system set work_mem = 1000', 'ALTER SYSTEM cannot run inside a transaction block (25001)', NO_TRANSACTION],
    ['discard all', 'DISCARD ALL cannot run inside a transaction block (25001)', NO_TRANSACTION],
    [
      'set transaction isolation level serializable',
      'SET TRANSACTION ISOLATION LEVEL must be called before any query (25001)',
      MODE_IS_FIXED,
    ],
    [
      "set transaction snapshot '00000003-0000001B-1'",
      'SET TRANSACTION SNAPSHOT must be called before any query (25001)',
      MODE_IS_FIXED,
    ],
    [
      'set transaction deferrable',
      'SET TRANSACTION [NOT] DEFERRABLE must be called before any query (25001)',
      MODE_IS_FIXED,
    ],
    [
      'set transaction read only; set transaction read write',
      'transaction read-write mode must be set before any query (25001)',
      MODE_IS_FIXED,
    ],
  ])('%s', async (sql, message, help) => {
    const refusal = await apply(`select 1; ${sql}`);

    expect(refusal).toContain(message);
    expect(refusal.split('\n').at(-1)).toContain(help);
  });

  test('a lock that NOWAIT does not wait for', async () => {
    await apply('create table t ()');
    const holder = await cluster.connect(database, 'postgres');
    await holder.query('begin; lock table t');

    const refusal = await apply('create table t ()', 'lock table t nowait');
    await holder.query('rollback');

    expect(refusal).toContain('could not obtain lock on relation "t" (55P03)');
    expect(refusal.split('\n').at(-1)).toMatch(/^Another session holds a lock, and NOWAIT does not wait for it\./);
  });

  test('a statement that is cancelled', async () => {
    const other = await cluster.connect(database, 'postgres');
    const applying = apply('select pg_sleep(60)');
    await expect.poll(async () => (await other.query(CANCEL, [database])).rowCount, { timeout: 20_000 }).toBe(1);

    const refusal = await applying;
    expect(refusal).toContain('canceling statement due to user request (57014)');
    expect(refusal.split('\n').at(-1)).toMatch(/^Another session has cancelled it/);
  });

  test('a statement that takes too long', async () => {
    const refusal = await apply("set statement_timeout = '50ms'; select pg_sleep(60)");

    expect(refusal).toContain('canceling statement due to statement timeout (57014)');
    expect(refusal.split('\n').at(-1)).toMatch(/^It took longer than statement_timeout/);
  });

  describe('a function over a table with row-level security', () => {
    const TABLE = 'create table t (id int); alter table t enable row level security, force row level security';

    test.each([
      ['in a string', 'create or replace function f() returns bigint language sql as $$ select count(*) from t $$'],
      ['in a body', 'CREATE FUNCTION f() returns bigint begin atomic select count(*) from t; end'],
    ])('%s is created without a setting of its own', async (_, sql) => {
      expect(await apply(TABLE, sql)).toBe('applied: 0001-a.sql, 0002-a.sql');
    });

    test('a statement that reads the table keeps the hint of PostgreSQL', async () => {
      const refusal = await apply(TABLE, 'update t set id = 1');

      expect(refusal.split('\n').at(-1)).toContain('use ALTER TABLE NO FORCE ROW LEVEL SECURITY');
    });
  });
});
