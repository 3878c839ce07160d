import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import type { CrashJob } from '@vpc-postgres/testing/support/migrate-and-crash.js';
import {
  describeDatabase,
  startTestCluster,
  type TestCluster,
} from '@vpc-postgres/testing/support/migrations-database.js';
import { build } from 'esbuild';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../../../src/database/migrate/migrate.js';
import { prepareMigrations } from '../../../../src/database/migrate/prepare-migrations.js';

/**
 * A run that is killed, at each of its queries, and the one after it: together they must do what one does. `npm test`
 * takes a few queries, others for each moment.
 */
const PROGRAM = join(import.meta.dirname, '../../../../../testing/support/migrate-and-crash.ts');

const FILES = [
  {
    name: '0001-tea.sql',
    sql: `create table tea (id int primary key, name text not null);
      insert into tea select n, 'tea ' || n from generate_series(1, 2000) n;`,
  },
  {
    name: '0002-index.sql',
    sql: `-- no-transaction
      alter table tea add column size int not null default 1;
      set statement_timeout = '5min';
      create index concurrently tea_by_name on tea (name);
      create schema brew;
      set search_path = brew;
      create table kettle ();
      reset search_path;
      create table lid ();
      update tea set size = size + 1;
      create unique index concurrently if not exists "Tea by size" on public.tea (size, id);
      drop index concurrently if exists tea_by_name;
      insert into tea values (0, 'last');`,
  },
  { name: '0003-pot.sql', sql: 'create table pot (tea_id int references tea); grant select on pot to app;' },
];

/** Long enough for a slow machine. */
const PATIENCE = { timeout: 20_000 };

/** From one query at which a run is killed to the next. */
const STEP = exhaustive ? 1 : 36;

/** The query at which the first run is killed. */
const FIRST = exhaustive ? { before: 1, during: 1, after: 1 } : { before: 1, during: 13, after: 25 };

/** How many of the killed runs go on at once. Each starts one more run after the last query. */
const AT_ONCE = exhaustive ? 4 : 2;

let cluster: TestCluster;
let directory: string;
let expected: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crash-'));
  // Bundled, because the program is started a hundred times.
  await build({
    entryPoints: [PROGRAM],
    outfile: join(directory, 'program.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  cluster = await startTestCluster();
  const database = await cluster.createDatabase();
  await migrateAgain(database);
  expected = await describeAll(database);
});
afterAll(async () => {
  await cluster.stop();
  await rm(directory, { recursive: true });
});

async function migrateAgain(database: string, files = FILES): Promise<void> {
  const client = await cluster.connect(database);
  await migrate(client, prepareMigrations(files)).finally(() => client.end());
}

async function describeAll(database: string): Promise<string[]> {
  const client = await cluster.connect(database, 'postgres');
  const { rows } = await client.query('select count(*), sum(size) as sizes, max(name) as last from tea');
  const description = [...(await describeDatabase(client)), JSON.stringify(rows)];
  await client.end();
  return description;
}

/** @returns whether it was killed, and not done before */
async function crash(job: Omit<CrashJob, 'socketDirectory' | 'files'>): Promise<boolean> {
  const text = JSON.stringify({ ...job, files: FILES, socketDirectory: cluster.socketDirectory } satisfies CrashJob);
  try {
    await promisify(execFile)(process.execPath, [join(directory, 'program.mjs'), text]);
    return false;
  } catch (error) {
    expect((error as { signal?: string }).signal, String(error)).toBe('SIGKILL');
    return true;
  }
}

test.each(Object.entries(FIRST) as ['before' | 'during' | 'after', number][])(
  'killed %s a query: the next run ends with the same schema, rows and record',
  { timeout: 300_000 },
  async (moment, first) => {
    let next = first;
    let isOver = false;
    const work = async () => {
      while (!isOver) {
        const query = next;
        next += STEP;
        const database = await cluster.createDatabase();
        const killed = await crash({ database, query, moment });
        if (killed) await migrateAgain(database);
        else isOver = true;
        expect(await describeAll(database), `query ${query}`).toEqual(expected);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    // More than the statements of the files: the runner's own queries are among them.
    expect(next).toBeGreaterThan(30);
  },
);

describe('an index that is built concurrently', () => {
  const sql = (index: string) => `-- no-transaction\ncreate index concurrently ${index}`;
  let database: string;
  let observer: pg.Client;

  const start = async () => {
    database = await cluster.createDatabase();
    observer = await cluster.connect(database, 'postgres');
    await migrateAgain(database, FILES.slice(0, 1));
  };
  const indexes = async () => {
    const { rows } = await observer.query(
      `select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
        where indrelid = 'tea'::regclass and not indisprimary order by 1`,
    );
    return rows;
  };
  const tea = FILES.slice(0, 1);

  test.each(['by_name on tea (name)', 'if not exists by_name on tea (name)'])(
    '%s: what a killed server process has left is dropped and built again',
    async (index) => {
      await start();
      // Holds a snapshot, which the build waits for.
      await observer.query('begin isolation level repeatable read; select 1');
      const files = [...tea, { name: '0002-index.sql', sql: sql(index) }];
      const killed = migrateAgain(database, files).then(String, (error: Error) => error.message);
      const superuser = await cluster.connect('postgres', 'postgres');
      const kill = `select pg_terminate_backend(pid) from pg_stat_activity
                     where query ~ 'index concurrently' and wait_event_type = 'Lock' and usename = 'migrator'`;
      await expect.poll(async () => (await superuser.query(kill)).rowCount, PATIENCE).toBe(1);
      expect(await killed).toContain('0002-index.sql:2:1:');
      await observer.query('commit');
      await expect.poll(indexes, PATIENCE).toEqual([{ name: 'by_name', valid: false }]);

      await migrateAgain(database, files);

      expect(await indexes()).toEqual([{ name: 'by_name', valid: true }]);
    },
  );

  test('a build that the data refuses is mended in the file, and goes on', async () => {
    await start();
    const unique = (columns: string) => [
      ...tea,
      {
        name: '0002-index.sql',
        sql: `-- no-transaction\nalter table tea add size int;\ncreate unique index concurrently u on tea (${columns})`,
      },
    ];
    await observer.query("insert into tea values (-1, 'tea 1')");

    await expect(migrateAgain(database, unique('name'))).rejects.toThrow(
      '0002-index.sql:3:1: could not create unique index "u" (23505)',
    );
    expect(await indexes()).toEqual([]);

    await migrateAgain(database, unique('name, id'));
    expect(await indexes()).toEqual([{ name: 'u', valid: true }]);
  });

  test('what has run of a file may not be changed before the rest has run', async () => {
    await start();
    const file = (first: string) => [...tea, { name: '0002-two.sql', sql: `-- no-transaction\n${first};\nselect 1/0` }];
    await expect(migrateAgain(database, file('create table pot ()'))).rejects.toThrow('division by zero');

    await expect(migrateAgain(database, file('create table pan ()'))).rejects.toThrow(
      '0002-two.sql:2:1: statement 1 has changed since it ran. Restore it',
    );
  });
});
