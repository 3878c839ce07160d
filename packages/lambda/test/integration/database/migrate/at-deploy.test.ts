import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { describeDatabase } from '@vpc-postgres/testing/support/migrations-database.js';
import { startWireRelay } from '@vpc-postgres/testing/support/wire-relay.js';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { functionBuildOptions } from '../../../../src/bundle/function-bundle.js';
import { baseline } from '../../../../src/database/migrate/baseline.js';
import { prepareMigrations } from '../../../../src/database/migrate/prepare-migrations.js';
import { readMigrations } from '../../../../src/database/migrate/read-folder.js';
import { appRole, filesOf, migratorRole, TEA, useMigrationFunction } from './at-deploy-function.js';

const deployed = useMigrationFunction();
const { deploy, logs, startFunction, tables } = deployed;

const PROJECT_MIGRATIONS = join(import.meta.dirname, '../../../../../testing/app/src/migrations');
const SRC = join(import.meta.dirname, '../../../../src');

test('applies the migrations of this project, as owner, and again nothing', async () => {
  const files = Object.fromEntries(readMigrations(PROJECT_MIGRATIONS).map(({ name, sql }) => [name, sql]));
  const invoke = await startFunction(files);

  expect(await invoke(deploy(files))).toEqual({});
  const after = await describeDatabase(deployed.observer);
  expect(await invoke(deploy(files, 'Update'))).toEqual({});

  expect(await tables()).toContainEqual({ tablename: 'orders', tableowner: 'owner' });
  expect(await describeDatabase(deployed.observer)).toEqual(after);
});

test('a failure is reported with file, place and PostgreSQL’s message, and no stack trace of bundled code', async () => {
  const files = { ...TEA, '0002-pot.sql': 'create table pot (id int);\ncreate table cup (id integr);' };
  const invoke = await startFunction(files);

  const error = await invoke(deploy(files)).then(String, (cause: Error) => cause);

  expect(error).toMatchObject({ errorType: 'MigrationError' });
  expect((error as Error).message).toBe(`\
The migrations failed.

0002-pot.sql:2:22: type "integr" does not exist (42704)

  2 | create table cup (id integr);
                           ^`);
  expect(await tables()).toEqual([{ tablename: 'tea', tableowner: 'owner' }]);
});

test('Delete touches nothing, and needs no database', async () => {
  const invoke = await startFunction(TEA, appRole);

  expect(await invoke(deploy(TEA, 'Delete'))).toEqual({});
});

test('the log says for whom the build of an index waits, over a second connection through the proxy', async () => {
  await (await startFunction(TEA))(deploy(TEA));
  const holder = await deployed.cluster.connect(deployed.database, 'postgres');
  await holder.query("set application_name = 'report'; begin isolation level repeatable read; select from tea");
  const { rows } = await holder.query('select pg_backend_pid() as pid');
  const files = { ...TEA, '0002-index.sql': '-- no-transaction\ncreate index concurrently by_id on tea (id);' };
  const invoke = await startFunction(files);

  const invocation = invoke(deploy(files, 'Update'));
  const blockers = [{ pid: rows[0].pid, user: 'postgres', applicationName: 'report' }];
  await expect
    .poll(() => logs.map((line) => JSON.parse(line)).filter(({ message }) => message === 'waiting'), {
      timeout: 20_000,
    })
    .toMatchObject([{ level: 'info', file: '0002-index.sql', offset: 18, blockers }]);
  await holder.query('commit');

  expect(await invocation).toEqual({});
});

test('to a database that has the tables already the error names the baseline, with the first run that fails', async () => {
  const migrator = await deployed.cluster.connect(deployed.database);
  await migrator.query('create table pot (id int)');
  const files = { ...TEA, '0002-pot.sql': 'create table pot (id int);', '0003-pot.sql': 'create table pot (id int);' };

  const error = await (await startFunction(files))(deploy(files)).then(String, (cause: Error) => cause.message);
  expect(error).toContain('0002-pot.sql:1:1: relation "pot" already exists (42P07)');
  expect(error).toContain('record it as applied: npx vpc-postgres migrate baseline --help (docs/migrations.md)');

  await baseline(migrator, prepareMigrations(filesOf(files)), { through: '0002-pot.sql' });
  const later = await (await startFunction(files))(deploy(files)).then(String, (cause: Error) => cause.message);
  expect(later).toContain('0003-pot.sql:1:1: relation "pot" already exists (42P07)');
  expect(later).not.toContain('baseline');
});

describe('when a deployment is rolled back', () => {
  const failing = { ...TEA, '0002-pot.sql': 'create table pot (id int);', '0003-bad.sql': 'create table' };

  test('the old version finds a database that is ahead of it, leaves it, and succeeds', async () => {
    const oldVersion = await startFunction(TEA);
    const newVersion = await startFunction(failing);
    await oldVersion(deploy(TEA));
    await expect(newVersion(deploy(failing, 'Update'))).rejects.toThrow(
      '0003-bad.sql:1:13: syntax error at end of input',
    );

    expect(await oldVersion(deploy(TEA, 'Update'))).toEqual({});

    expect(logs.join('\n')).toContain('the database is ahead of this version: nothing was done');
    expect((await tables()).map(({ tablename }) => tablename)).toEqual(['pot', 'tea']);
  });

  test('new code that is asked for the old files, before it is rolled back itself, does nothing and succeeds', async () => {
    const newVersion = await startFunction(failing);

    expect(await newVersion(deploy(TEA, 'Update'))).toEqual({});

    expect(await tables()).toEqual([]);
  });

  test('code that is asked for the old database, while a deployment is rolled back, does nothing and succeeds', async () => {
    const { ResourceProperties, ...request } = deploy(TEA, 'Update');
    const invoke = await startFunction(TEA);

    expect(
      await invoke({ ...request, ResourceProperties: { ...ResourceProperties, Database: 'old:5432/app' } }),
    ).toEqual({});

    expect(await tables()).toEqual([]);
  });

  test('only a rollback may ask for what the function does not have: a new stack gets an error', async () => {
    const invoke = await startFunction(failing);

    await expect(invoke(deploy(TEA))).rejects.toThrow('other files or another database are asked for');
  });

  test('a file that has changed fails the deployment, although it is a rollback', async () => {
    const other = { '0001-tea.sql': 'create table tea (id bigint);' };
    await (await startFunction(TEA))(deploy(TEA));

    await expect((await startFunction(other))(deploy(other, 'Update'))).rejects.toThrow('0001-tea.sql has changed');
  });
});

test.runIf(exhaustive)('eight deployments at once apply each file once', async () => {
  const files = { ...TEA, '0002-index.sql': '-- no-transaction\ncreate index concurrently by_id on tea (id);' };
  const invocations = await Promise.all(Array.from({ length: 8 }, () => startFunction(files)));

  await Promise.all(invocations.map((invoke) => invoke(deploy(files))));

  expect((await deployed.observer.query('select name from migrations.applied order by 1')).rows).toEqual([
    { name: '0001-tea.sql' },
    { name: '0002-index.sql' },
  ]);
});

describe('gives up, with the reason, when', () => {
  /** The same code with less patience than it has in AWS. */
  const withLimits = (limits: object) => async (folder: string) => {
    const entry = join(folder, 'entry.ts');
    await mkdir(folder, { recursive: true });
    await writeFile(
      entry,
      `import { createMigrationHandler } from '${SRC}/database/migrate/at-deploy.js';
       import { readDatabaseSettings } from '${SRC}/database/settings.js';
       export const handler = createMigrationHandler({
         settings: readDatabaseSettings(process.env),
         files: ${JSON.stringify(filesOf(TEA))},
         log: (level, message, fields) => console.log(JSON.stringify({ level, message, ...fields })),
         applicationName: 'migrations',
         limits: ${JSON.stringify(limits)},
       });`,
    );
    await build(functionBuildOptions(entry, folder));
  };
  const impatient = withLimits({ lockWaitSeconds: 1, unreachableSeconds: 1, refusedSeconds: 1 });

  test('its role may not connect as migrator', async () => {
    const invoke = await startFunction(TEA, appRole, impatient);

    const error = await invoke(deploy(TEA)).then(String, (cause: Error) => cause.message);

    expect(error).toContain(
      `The user migrator was refused at localhost:${deployed.proxy.port}, database ${deployed.database}: `,
    );
    expect(error).toContain('Has bootstrap.sql of @vpc-postgres/lambda been run there');
    for (const secret of [appRole.secretAccessKey, appRole.sessionToken, 'X-Amz']) expect(error).not.toContain(secret);
  });

  test('its role may connect as migrator, and it tries another user', async () => {
    const invoke = await startFunction(TEA, migratorRole, impatient, 'app');

    await expect(invoke(deploy(TEA))).rejects.toThrow('The user app was refused at');
  });

  // unit/database/migrate/connect.test.ts has the same with attempts that are made up, ten milliseconds apart.
  test.runIf(exhaustive)(
    'its role may not connect, counted from when a proxy that was not reachable refuses it',
    async () => {
      const relay = await startWireRelay(deployed.proxy.port);
      relay.refuse(true);
      const patience = withLimits({ unreachableSeconds: 30, refusedSeconds: 4 });
      const invoke = await startFunction(TEA, appRole, patience, 'migrator', relay.port);

      const invocation = invoke(deploy(TEA, 'Create', relay.port));
      setTimeout(() => relay.refuse(false), 5_000);
      const openedAt = performance.now() + 5_000;

      await expect(invocation).rejects.toThrow('The user migrator was refused at');
      // One attempt every three seconds: it was refused, and tried once more.
      expect(performance.now() - openedAt).toBeGreaterThan(3_000);
      await relay.stop();
    },
  );

  test('another run does not end', async () => {
    const holder = await deployed.cluster.connect(deployed.database);
    await holder.query('select pg_advisory_lock(7236115902)');
    const invoke = await startFunction(TEA, migratorRole, impatient);

    await expect(invoke(deploy(TEA))).rejects.toThrow('Waited 1 s for another run of the migrations');
    await holder.end();
  });
});
