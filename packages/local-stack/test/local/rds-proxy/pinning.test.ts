/** The table of packages/local-stack/docs/pinning.md, statement by statement: sent by node-postgres, through the emulator, to PostgreSQL. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { STATEMENTS } from '../../unit/rds-proxy/pinning/statements.js';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';

/** What the statements name, so that PostgreSQL carries out as many of them as it can. */
const OBJECTS = `
  create role reader;
  grant reader to app;
  create foreign data wrapper nowhere;
  create server s foreign data wrapper nowhere;
  grant usage on foreign server s to app;
  set role app;
  create schema app;
  create table orders (id serial primary key, status text);
  create table counters (nextval int);
  create table temp (id int);
  create table discard ("set" int, "listen" int);
  create sequence s;
  create function "SET_CONFIG"(int) returns int language sql return $1;
  create function app.set_config(text, text) returns text language sql return $2;
  create function app.nextval(text) returns int language sql return 1;
  create procedure reset_counters() language sql as 'update counters set nextval = 0';
`;
/** What they make, under names that other rows use too. */
const REMAINS = 'drop table if exists t, found; drop function if exists f()';
/** Of $1, and of $2: fits text, integer and boolean. */
const VALUES = ['paid', '1'];

/**
 * What PostgreSQL refuses: it takes a superuser, a name that PostgreSQL 17 does not know, or what only the same session can
 * have made. The proxy has read the text by then.
 */
const REFUSED: ReadonlySet<string> = new Set([
  'SET SESSION AUTHORIZATION reader',
  "SELECT set_config(is_local => true, setting_name => 'app.user', new_value => $1)",
  'EXECUTE find (1)',
  'EXPLAIN ANALYZE EXECUTE find (1)',
  'CREATE TABLE found AS EXECUTE find (1)',
  'DEALLOCATE find',
  'DECLARE c CURSOR FOR SELECT 1',
  'FETCH 10 FROM c',
  "LOAD 'auto_explain'",
  "SELECT lastval(), currval('s')",
  'SET work_mem = 64; SELECT (',
  '/* a comment */ SET /* another */ x = 1',
]);

let stack: ProxyUnderTest;
let administrator: pg.Client;
let client: pg.Client;
beforeAll(async () => {
  stack = await startProxyUnderTest();
  administrator = new pg.Client({ host: stack.postgres.socketDirectory, user: 'postgres', database: 'app' });
  await administrator.connect();
  await administrator.query(OBJECTS);
});
beforeEach(async () => {
  stack.proxy.forgetPins();
  client = await stack.connect();
});
afterEach(async () => {
  await client.end();
  await expect.poll(() => stack.proxy.statistics().clientConnections.open).toBe(0);
  await administrator.query(REMAINS);
});
afterAll(async () => {
  await administrator.end();
  await stack.stop();
});

test.each(STATEMENTS)('%s: %j', async (sql, kinds) => {
  // The $1 of PREPARE belongs to what it prepares.
  const values = sql.startsWith('PREPARE') ? [] : VALUES.filter((_, index) => sql.includes(`$${index + 1}`));

  const wasRefused = await client.query(sql, values).then(
    () => false,
    () => true,
  );
  await client.query('rollback');

  expect([...new Set(stack.proxy.pins().map(({ kind }) => kind))].toSorted()).toEqual(kinds);
  const { clientConnections, databaseConnections } = stack.proxy.statistics();
  const keptConnections = kinds.length > 0 ? 1 : 0;
  expect(clientConnections.pinned).toBe(keptConnections);
  expect(databaseConnections.borrowed).toBe(keptConnections);
  expect(wasRefused).toBe(REFUSED.has(sql));
});
