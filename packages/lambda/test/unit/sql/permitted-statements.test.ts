import { describe, expect, test } from 'vitest';
import { assertPermitted } from '../../../src/sql/permitted-statements.js';

/** Checked on PostgreSQL's grammar; test/integration/database sends the same to a server. */
describe('what leaves something in the session or ends the transaction is not permitted', () => {
  test.each([
    'select * into leak from t',
    'select 1 into temp leak',
    'SELECT 1 AS a INTO TEMPORARY TABLE leak',
    '(select 1 into temp leak)',
    'select 1 insert into temp leak',
    'select (1) insert into temp leak',
    'select (1) merge into temp leak',
    'with a as (select 1) select (1) insert into temp leak',
    'with insert as (select 1) select 1 into temp leak',
    'with a as (select 1) (select (1) insert into temp leak)',
    'explain analyze select 1 into temp leak',
    'select f(x) as insert into temp leak',
    'select/**/1/**/into/**/temp/**/leak',
    "select set_config('search_path', 'x', false)",
    "select SET_CONFIG ('search_path', 'x', true)",
    "select pg_catalog . \"set_config\" /* here */ ('search_path', 'x', false)",
    String.raw`select U&"set\005fconfig"('search_path', 'x', false)`,
    String.raw`select u&"\+000073et_config"('search_path', 'x', false)`,
    `select U&"set!005fconfig" uescape '!' ('search_path', 'x', false)`,
    "select * from set_config('search_path', 'x', false)",
    "update pg_settings set setting = 'x' where name = 'search_path'",
    'UPDATE ONLY pg_catalog."pg_settings" SET setting = \'x\'',
    "with changed as (update pg_settings set setting = 'x' returning 1) select 1",
    'select pg_advisory_lock(1)',
    'select pg_try_advisory_lock_shared(1, 2)',
    'select setseed(0.5)',
    "select query_to_xml('select pg_advisory_lock(1)', true, true, '')",
    "select * from ts_stat('select pg_advisory_lock(1)::text::tsvector')",
    'rollback',
    'rollback /* to */',
    'rollback and chain',
    'rollback work',
    "rollback prepared 'to'",
    'explain execute p',
    'explain (analyze) execute p',
    'explain analyze create table t as select 1',
    'explain declare c cursor with hold for select 1',
    'set local role postgres',
    'set constraints all deferred',
    'copy t from stdin',
    'call p()',
    ';;commit',
    "select 'unterminated",
    'select 1 /* /* */',
    'select 1\0 from t',
    '',
  ])('%s', (text) => {
    expect(() => assertPermitted(text)).toThrow(expect.objectContaining({ name: 'StatementNotPermittedError' }));
  });
});

describe('nothing else is refused', () => {
  test.each([
    'select * from asset_config',
    'select set_config from t',
    'select \'set_config(1)\', $$ pg_advisory_lock(1) $$, "into" from t -- set_config(',
    'select 1 as into',
    'select t.into from t',
    'insert into t values (1)',
    'insert into t select 1 returning id',
    'with a as (select 1) insert into t select * from a',
    'with a as (insert into t values (1) returning id), b as materialized (insert into u values (1)) select * from a',
    'with a (x) as (select 1) merge into t using a on true when matched then do nothing',
    'merge into t using u on true when matched then delete',
    'explain (analyze, costs off) insert into t values (1)',
    'explain analyze verbose (select 1)',
    'explain (select 1) union select 2',
    'select pg_advisory_xact_lock(1)',
    'select * from pg_settings',
    'select update from pg_settings',
    'update settings set pg_settings = 1',
    'select assume(1)',
    'rollback to here',
    'rollback transaction to savepoint here',
    ';select 1;',
    'truncate t',
    'lock table t in share mode',
    "notify channel, 'text'",
    'table t',
  ])('%s', (text) => {
    expect(() => assertPermitted(text)).not.toThrow();
  });
});

test('the error says what was found and what to do instead', () => {
  expect(() => assertPermitted('select pg_advisory_lock(1)')).toThrow(
    'A statement that calls pg_advisory_lock may not run here. Put a value into a parameter of the statement, take ' +
      'pg_advisory_xact_lock for a lock; settings belong to the database role.',
  );
});

test('a long statement takes time in proportion to its length', () => {
  const tokensOf = (count: number) => `select ${'( /* */ '.repeat(count)}1${')'.repeat(count)}`;

  expect(() => assertPermitted(tokensOf(20_000))).not.toThrow();
});
