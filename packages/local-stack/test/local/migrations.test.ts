import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nextFileName } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MigrationsReport } from '../../src/migrations.js';

const PROJECT = join(import.meta.dirname, '../../../testing/app');

/** Long enough for a slow machine. */
const PATIENCE = { timeout: 20_000 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-migrations-'));
  await cp(join(import.meta.dirname, '../../../testing/app/src/migrations'), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

/** @returns the name that it got */
async function add(words: string, sql: string): Promise<string> {
  const name = nextFileName(await readdir(folder), words);
  await writeFile(join(folder, name), sql);
  return name;
}

describe('npm start', () => {
  let stack: TestStack | undefined;
  const reports: MigrationsReport[] = [];

  const start = async () => {
    reports.length = 0;
    stack = await startTestStack({
      watch: true,
      migrationsFolder: folder,
      onMigrations: (report) => reports.push(report),
    });
    return stack;
  };
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
  });

  test('applies a new file as soon as it is there, stays up while one is broken, and goes on when it is mended', async () => {
    const { ask } = await start();
    expect(reports).toEqual([{ applied: await readdir(folder) }]);

    const broken = await add('invoices', 'create table invoices (\n  id integr\n);');
    const problem = `${broken}:2:6: type "integr" does not exist (42704)\n\n  2 |   id integr\n           ^`;
    await expect.poll(() => reports.at(-1), PATIENCE).toEqual({ problem });
    expect((await ask('alice', '{ listOrders { items { id } } }')).errors).toEqual([]);

    await writeFile(join(folder, broken), 'create table invoices (\n  id integer\n);');
    await expect.poll(() => reports.at(-1), PATIENCE).toMatchObject({ applied: [broken] });

    const next = await add('more', 'alter table invoices add paid boolean;');
    await expect.poll(() => reports.at(-1), PATIENCE).toMatchObject({ applied: [next] });
  });

  test('does not apply a file with which callers would pass row-level security, and serves on until it is fixed', async () => {
    const { ask, connectSuperuser } = await start();
    const open =
      'create table invoices (id uuid, customer_sub uuid default identity.sub());\ngrant select on invoices to app;';
    const name = await add('invoices', open);

    await expect
      .poll(() => reports.at(-1), PATIENCE)
      .toEqual({
        problem: expect.stringContaining(
          `${name} is not applied: callers would pass row-level security in one way.\n\n` +
            'table public.invoices: app has SELECT, and it has no row-level security.',
        ),
      });
    expect((await ask('alice', '{ listOrders { items { id } } }')).errors).toEqual([]);

    await writeFile(join(folder, name), `${open}\nalter table invoices enable row level security;`);
    await expect
      .poll(() => reports.at(-1), PATIENCE)
      .toEqual({
        applied: [name],
        warnings: [
          expect.objectContaining({ message: expect.stringContaining('app has SELECT, and no policy for it') }),
        ],
      });

    const superuser = await connectSuperuser();
    await superuser.query('grant truncate on orders to public');
    await superuser.end();
    const next = await add(
      'more',
      'create policy own on invoices to app using (customer_sub = (select identity.sub()));',
    );
    await expect
      .poll(() => reports.at(-1), PATIENCE)
      .toEqual({ problem: expect.stringContaining('revoke truncate on public.orders from public;') });

    await writeFile(join(folder, next), 'revoke truncate on orders from public;');
    await expect.poll(() => reports.at(-1), PATIENCE).toMatchObject({ applied: [next] });
  });

  test('waits for the first statement of a file as migrate:new makes it, and says so once', async () => {
    await start();
    const name = await add('invoices', '-- What it does, and why.\n');
    const waiting = `${name} has no statement yet. It is applied when you save one.`;
    await expect.poll(() => reports.at(-1), PATIENCE).toEqual({ waiting });

    await writeFile(join(folder, name), '-- What it does, and why.\n-- It adds the invoices.\n');
    await writeFile(join(folder, name), '-- It adds the invoices.\ncreate table invoices (id integer);');
    await expect.poll(() => reports.at(-1), PATIENCE).toMatchObject({ applied: [name] });
    expect(reports.filter((report) => 'waiting' in report)).toEqual([{ waiting }]);
  });

  test('says for whom the build of an index waits, and then that it is applied', async () => {
    const { connectSuperuser } = await start();
    const holder = await connectSuperuser();
    await holder.query("set application_name = 'report'; begin isolation level repeatable read; select 1");
    const { rows } = await holder.query('select pg_backend_pid() as pid');

    const name = await add('index', '-- no-transaction\ncreate index concurrently by_customer on orders (created_at);');
    const waiting =
      `${name}:2: the statement waits for the transactions of process ${rows[0].pid} of PostgreSQL, user postgres, ` +
      'application "report".';
    await expect.poll(() => reports.at(-1), PATIENCE).toEqual({ waiting });
    await holder.end();

    await expect.poll(() => reports.at(-1), PATIENCE).toEqual({ applied: [name] });
  });

  test.runIf(exhaustive)('tells of an applied file that has changed, and when it is as it was', async () => {
    await start();
    const [first = ''] = await readdir(folder);
    const text = await readFile(join(folder, first), 'utf8');

    await writeFile(join(folder, first), `${text}\n-- an afterthought`);
    await expect
      .poll(() => reports.at(-1))
      .toEqual({
        problem: expect.stringContaining(`${first} has changed since it was applied to this database.`),
      });

    await writeFile(join(folder, first), text);
    await expect.poll(() => reports.at(-1), PATIENCE).toEqual({ applied: [] });
  });

  test.runIf(exhaustive)('starts with a file that is broken already', async () => {
    const broken = await add('broken', 'create tabel invoices ();');

    const { ask } = await start();

    expect(reports).toEqual([{ problem: expect.stringContaining(`${broken}:1:8: syntax error at or near "tabel"`) }]);
    expect((await ask('alice', '{ listOrders { items { id } } }')).errors).toEqual([]);
  });

  test('lets each role in as its own user alone', async () => {
    const { stateDirectory, access } = await start();
    const { migrator } = JSON.parse(await readFile(join(stateDirectory, 'connection.json'), 'utf8'));
    const ca = await readFile(access.caPath, 'utf8');
    const { Signer } = await import('@aws-sdk/rds-signer');
    const connect = async (user: string, credentials: typeof access.credentials) => {
      const { host, port, region, database } = access;
      const token = new Signer({ hostname: host, port, region, username: user, credentials }).getAuthToken();
      const client = new pg.Client({ host, port, database, user, password: await token, ssl: { ca } });
      await client.connect();
      const { rows } = await client.query('select session_user, current_user');
      await client.end();
      return rows[0];
    };

    expect(await connect('migrator', migrator.credentials)).toEqual({
      session_user: 'migrator',
      current_user: 'owner',
    });
    expect(await connect('app', access.credentials)).toEqual({ session_user: 'app', current_user: 'app' });
    await expect(connect('migrator', access.credentials)).rejects.toThrow('IAM authentication failed');
    await expect(connect('app', migrator.credentials)).rejects.toThrow('IAM authentication failed');
  });
});

test.runIf(exhaustive)('without watching, a broken file ends the start', async () => {
  await add('broken', 'create tabel invoices ();');

  await expect(startTestStack({ migrationsFolder: folder })).rejects.toThrow('syntax error at or near "tabel"');
});

test('without a folder of migrations, the start ends and says which folder is missing, watched or not', async () => {
  const missing = join(folder, 'gone');

  for (const watch of [true, false]) {
    await expect(startTestStack({ watch, migrationsFolder: missing })).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringContaining(`There is no folder ${missing}, in which the migrations are.`),
    });
  }
});

describe('npm run migrate:check', () => {
  const check = (...args: string[]) =>
    promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, '../../src/migrate-check.ts'), ...args],
      { cwd: PROJECT },
    );

  test.runIf(exhaustive)('applies all files to an empty database, and says so', async () => {
    const { stdout } = await check('--directory', folder);

    const files = await readdir(folder);
    expect(stdout).toContain(files.map((name) => `ok  ${name}\n`).join(''));
    expect(stdout).toContain(`${files.length} migrations, applied to an empty PostgreSQL`);
  });

  test.each(
    sample(
      [
        ['what PostgreSQL refuses', 'create tabel invoices ();', ':1:8: syntax error at or near "tabel" (42601)'],
        ['what breaks the rules', 'create table invoices (); commit;', ":1:27: commit is the runner's"],
        [
          'a way past row-level security',
          'create table invoices (); grant delete on invoices to app;',
          ' is not applied: callers would pass row-level security in one way.',
        ],
        ['what locks a table that is in use', 'create index on orders (status);', ':1:1: During normal index creation'],
      ] as const,
      2,
    ),
  )('tells %s, and ends with 1', async (_, sql, problem) => {
    const name = await add('broken', sql);

    await expect(check('--directory', folder)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${name}${problem}`),
    });
  });

  test('warns of a table without a grant, and ends with 0', async () => {
    await add('forgotten', 'create table invoices (id uuid primary key);');

    const { stderr } = await check('--directory', folder);

    expect(stderr).toContain('warning: table public.invoices: nothing is granted to app.');
  });

  test('names a folder that is missing, and shows no stack trace', async () => {
    const missing = join(folder, 'gone');

    await expect(check('--directory', missing)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^There is no folder \S+gone, in which the migrations are\. .*\n$/),
    });
  });

  test.runIf(exhaustive)('explains itself', async () => {
    expect((await check('--help')).stdout).toContain('Usage: npm run migrate:check');
  });
});
