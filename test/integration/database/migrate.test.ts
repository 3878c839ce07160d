import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrate, readMigrations } from '../../../src/database/migrate.js';
import { type LocalPostgres, startPostgres } from '../../../src/local/postgres/cluster.js';

let directory: string;
let postgres: LocalPostgres;
let client: pg.Client;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'migrate-'));
  postgres = await startPostgres({ dataDirectory: join(directory, 'data') });
});
afterAll(async () => {
  await postgres.stop();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  await mkdir(join(directory, 'migrations'));
  client = await connect();
  await client.query('drop schema public cascade; create schema public');
});
afterEach(async () => {
  await client.end();
  await rm(join(directory, 'migrations'), { recursive: true });
});

async function connect(): Promise<pg.Client> {
  const connected = new pg.Client({ host: postgres.socketDirectory, user: 'postgres', database: 'postgres' });
  await connected.connect();
  return connected;
}

async function run(files: Record<string, string>, as: pg.Client = client): Promise<string[]> {
  for (const [name, sql] of Object.entries(files)) await writeFile(join(directory, 'migrations', name), sql);
  return migrate(as, await readMigrations(join(directory, 'migrations')));
}

async function tables(): Promise<string[]> {
  const { rows } = await client.query("select tablename from pg_tables where schemaname = 'public' order by 1");
  return rows.map(({ tablename }) => tablename);
}

const TEA = { '0001-tea.sql': 'create table tea (id int);' };
const POT = { '0002-pot.sql': 'create table pot (id int);' };

test('applies each file once, in the order of the names', async () => {
  expect(await run({ ...POT, ...TEA })).toEqual(['0001-tea.sql', '0002-pot.sql']);
  expect(await run({})).toEqual([]);
  expect(await run({ '0003-cup.sql': 'create table cup (id int);' })).toEqual(['0003-cup.sql']);
  expect(await tables()).toEqual(['cup', 'pot', 'schema_migrations', 'tea']);
});

test('a file that fails leaves nothing of itself, keeps those before it, and tells line and column', async () => {
  const broken = { '0002-pot.sql': 'create table pot (id int);\ncreate table\n  cup (id integr);' };

  await expect(run({ ...TEA, ...broken })).rejects.toThrow('0002-pot.sql:3:11: type "integr" does not exist');

  expect(await tables()).toEqual(['schema_migrations', 'tea']);
  expect(await run(POT)).toEqual(['0002-pot.sql']);
});

test('refuses a file that has changed since it was applied', async () => {
  await run(TEA);

  await expect(run({ '0001-tea.sql': 'create table tea (id bigint);', ...POT })).rejects.toThrow(
    '0001-tea.sql has changed since it was applied',
  );
  expect(await tables()).not.toContain('pot');
});

test('refuses when an applied file is gone', async () => {
  await run({ ...TEA, ...POT });
  await rm(join(directory, 'migrations', '0001-tea.sql'));

  await expect(run({})).rejects.toThrow('0001-tea.sql has been applied to this database, but the file is gone');
});

test('refuses a name without a number', async () => {
  await expect(run({ 'tea.sql': 'select 1' })).rejects.toThrow('tea.sql');
});

test('two runs at once apply each file once', async () => {
  const other = await connect();
  await writeFile(join(directory, 'migrations', '0001-tea.sql'), TEA['0001-tea.sql']);

  const applied = await Promise.all([run(TEA), run({}, other)]);

  expect(applied.flat()).toEqual(['0001-tea.sql']);
  await other.end();
});
