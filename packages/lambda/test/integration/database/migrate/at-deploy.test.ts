import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleMigrationFunction } from '@vpc-postgres/backend/database/migrations/bundle.js';
import { bootstrapBuildOptions } from '@vpc-postgres/local-stack/lambda/bundle.js';
import { createLocalFunction, type LocalFunction } from '@vpc-postgres/local-stack/lambda/function.js';
import { type KeptCertificate, loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { createCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { type RdsProxy, startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import {
  describeDatabase,
  startTestCluster,
  type TestCluster,
} from '@vpc-postgres/testing/support/migrations-database.js';
import { build } from 'esbuild';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { functionBuildOptions } from '../../../../src/bundle/function-bundle.js';
import { baseline } from '../../../../src/database/migrate/baseline.js';
import { fingerprintOf } from '../../../../src/database/migrate/migration.js';
import { prepareMigrations } from '../../../../src/database/migrate/prepare-migrations.js';
import { readMigrations } from '../../../../src/database/migrate/read-folder.js';

/**
 * The function's bundle, as it is built for Lambda, in the local Lambda runtime: through RDS Proxy's stand-in, with TLS and
 * the IAM token of a role that may connect as migrator and as nobody else.
 */
const PROJECT_MIGRATIONS = join(import.meta.dirname, '../../../../../testing/app/src/migrations');
const SRC = join(import.meta.dirname, '../../../../src');
const REGION = 'eu-west-1';

const migratorRole = createCredentials();
const appRole = createCredentials();

let cluster: TestCluster;
let directory: string;
let certificate: KeptCertificate;
let proxy: RdsProxy;
let database: string;
let observer: pg.Client;
const functions: LocalFunction[] = [];
const logs: string[] = [];

beforeAll(async () => {
  cluster = await startTestCluster();
  directory = await mkdtemp(join(tmpdir(), 'at-deploy-'));
  certificate = await loadOrCreateCertificate(directory);
  proxy = await startRdsProxy({
    hostname: 'localhost',
    port: 0,
    region: REGION,
    certificate,
    upstreamSocketPath: join(cluster.socketDirectory, '.s.PGSQL.5432'),
    principals: [
      { credentials: migratorRole, databaseUsers: ['migrator'] },
      { credentials: appRole, databaseUsers: ['app'] },
    ],
    admission: { databaseUsers: ['app', 'migrator'] },
  });
});
afterAll(async () => {
  await proxy.stop();
  await cluster.stop();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  logs.length = 0;
  database = await cluster.createDatabase();
  observer = await cluster.connect(database, 'postgres');
});
afterEach(async () => {
  await Promise.all(functions.splice(0).map((fn) => fn.stop()));
  await observer.end();
});

type Files = Record<string, string>;
const filesOf = (files: Files) => Object.entries(files).map(([name, sql]) => ({ name, sql }));
const fingerprint = (files: Files) => fingerprintOf(prepareMigrations(filesOf(files)));
const TEA = { '0001-tea.sql': 'create table tea (id int);' };

/**
 * @param buildCode puts index.mjs into a folder; by default the bundle that is deployed.
 * @param user the database user that its environment names.
 */
async function startFunction(
  files: Files,
  credentials = migratorRole,
  buildCode = async (folder: string) => bundleMigrationFunction(filesOf(files), folder),
  user = 'migrator',
): Promise<(request: object) => Promise<unknown>> {
  const folder = await mkdtemp(join(directory, 'function-'));
  await buildCode(folder);
  await build(bootstrapBuildOptions(folder));
  const fn = createLocalFunction({
    name: 'migrations',
    directory: folder,
    region: REGION,
    timeoutSeconds: 50,
    memoryMB: 512,
    onLog: (line) => logs.push(line),
    environment: {
      DATABASE_HOST: 'localhost',
      DATABASE_PORT: String(proxy.port),
      DATABASE_NAME: database,
      DATABASE_USER: user,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      NODE_EXTRA_CA_CERTS: certificate.caPath,
    },
  });
  functions.push(fn);
  return async (request) => (await fn.invoke(request)).payload;
}

const deploy = (files: Files, RequestType = 'Create') => ({
  RequestType,
  ResourceProperties: {
    ServiceToken: 'arn',
    Files: fingerprint(files),
    Database: `localhost:${proxy.port}/${database}`,
  },
});

const tables = async () =>
  (await observer.query("select tablename, tableowner from pg_tables where schemaname = 'public' order by 1")).rows;

test('applies the migrations of this project, as owner, and again nothing', async () => {
  const files = Object.fromEntries(readMigrations(PROJECT_MIGRATIONS).map(({ name, sql }) => [name, sql]));
  const invoke = await startFunction(files);

  expect(await invoke(deploy(files))).toEqual({});
  const after = await describeDatabase(observer);
  expect(await invoke(deploy(files, 'Update'))).toEqual({});

  expect(await tables()).toContainEqual({ tablename: 'orders', tableowner: 'owner' });
  expect(await describeDatabase(observer)).toEqual(after);
});

test('a failure is told with file, place and PostgreSQL’s message, and no stack trace of bundled code', async () => {
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
  const holder = await cluster.connect(database, 'postgres');
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

test('a database that has the tables already is told of the baseline, with the first run that fails', async () => {
  const migrator = await cluster.connect(database);
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

  test('nor does it when it is asked for the old database', async () => {
    const { ResourceProperties, ...request } = deploy(TEA, 'Update');
    const invoke = await startFunction(TEA);

    expect(
      await invoke({ ...request, ResourceProperties: { ...ResourceProperties, Database: 'old:5432/app' } }),
    ).toEqual({});

    expect(await tables()).toEqual([]);
  });

  test('only a rollback may ask for what the function does not have: a new stack is told', async () => {
    const invoke = await startFunction(failing);

    await expect(invoke(deploy(TEA))).rejects.toThrow('other files or another database are asked for');
  });

  test('a file that has changed is refused all the same', async () => {
    const other = { '0001-tea.sql': 'create table tea (id bigint);' };
    await (await startFunction(TEA))(deploy(TEA));

    await expect((await startFunction(other))(deploy(other, 'Update'))).rejects.toThrow('0001-tea.sql has changed');
  });
});

describe('the guard on rows', () => {
  const open = { ...TEA, '0002-pot.sql': 'create table pot (id int); grant select on pot to app;' };
  const messageOf = (invocation: Promise<unknown>) => invocation.then(String, (error: Error) => error.message);

  test('a file with which callers would pass row-level security fails the deployment, and is applied once it is fixed', async () => {
    const invoke = await startFunction(open);

    expect(await messageOf(invoke(deploy(open)))).toBe(`\
The migrations failed.

0002-pot.sql is not applied: callers would pass row-level security in one way.

table public.pot: app has SELECT, and it has no row-level security.
  alter table public.pot enable row level security, force row level security; and create a policy to app. Or: revoke select on public.pot from app;
  If it is meant: comment on table public.pot is 'row-guard: allow select because …';`);
    expect(await tables()).toEqual([{ tablename: 'tea', tableowner: 'owner' }]);

    const fixed = { ...open, '0002-pot.sql': `${open['0002-pot.sql']} alter table pot enable row level security;` };
    expect(await (await startFunction(fixed))(deploy(fixed, 'Update'))).toEqual({});
    expect(logs.join('\n')).toContain(
      'table public.pot: app has SELECT, and no policy for it: there are no rows for it.',
    );
  });

  test('a file without a transaction with which callers pass row-level security fails each deployment until it is fixed', async () => {
    const grant = { ...TEA, '0002-grant.sql': '-- no-transaction\ngrant select on tea to app;' };
    const invoke = await startFunction(grant);
    for (const request of ['Create', 'Update']) {
      expect(await messageOf(invoke(deploy(grant, request)))).toContain('0002-grant.sql is not applied');
    }

    const fixed = { ...grant, '0002-grant.sql': `${grant['0002-grant.sql']}\nrevoke select on tea from app;` };
    expect(await (await startFunction(fixed))(deploy(fixed, 'Update'))).toEqual({});
  });

  test('a file that a later one of the same deployment fixes fails nothing', async () => {
    const fixed = { ...open, '0003-fix.sql': 'revoke select on pot from app;' };

    expect(await (await startFunction(fixed))(deploy(fixed))).toEqual({});
  });

  test('a hundred ways past row-level security are reported within what CloudFormation takes', async () => {
    const tables = Array.from(
      { length: 100 },
      (_, index) => `create table t${index} (); grant delete on t${index} to app;`,
    );
    const many = { '0001-many.sql': tables.join('\n') };

    const message = await messageOf((await startFunction(many))(deploy(many)));

    expect(message).toContain('callers would pass row-level security in 100 ways.');
    expect(message.length).toBeLessThan(2_000);
  });

  test('a privilege that was granted by hand is logged as an error, and fails no rollback', async () => {
    const invoke = await startFunction(TEA);
    await invoke(deploy(TEA));
    await observer.query('grant select on tea to app');

    expect(await invoke(deploy(TEA, 'Update'))).toEqual({});

    const line = logs.find((text) => text.includes('"severity":"problem"'));
    expect(JSON.parse(line?.slice(line.indexOf('{')) ?? '{}')).toMatchObject({
      level: expect.stringMatching(/error/i),
      finding: 'table public.tea: app has SELECT, and it has no row-level security.',
      fix: expect.stringContaining('revoke select on public.tea from app;'),
    });
  });
});

test.runIf(exhaustive)('eight deployments at once apply each file once', async () => {
  const files = { ...TEA, '0002-index.sql': '-- no-transaction\ncreate index concurrently by_id on tea (id);' };
  const invocations = await Promise.all(Array.from({ length: 8 }, () => startFunction(files)));

  await Promise.all(invocations.map((invoke) => invoke(deploy(files))));

  expect((await observer.query('select name from migrations.applied order by 1')).rows).toEqual([
    { name: '0001-tea.sql' },
    { name: '0002-index.sql' },
  ]);
});

describe('gives up, with the reason, when', () => {
  /** The same code with less patience than it has in AWS. */
  const impatient = async (folder: string) => {
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
         limits: { lockWaitSeconds: 1, unreachableSeconds: 1, refusedSeconds: 1 },
       });`,
    );
    await build(functionBuildOptions(entry, folder));
  };

  test('its role may not connect as migrator', async () => {
    const invoke = await startFunction(TEA, appRole, impatient);

    const error = await invoke(deploy(TEA)).then(String, (cause: Error) => cause.message);

    expect(error).toContain(`The user migrator was refused at localhost:${proxy.port}, database ${database}: `);
    expect(error).toContain('Has packages/lambda/src/database/bootstrap.sql been run there');
    for (const secret of [appRole.secretAccessKey, appRole.sessionToken, 'X-Amz']) expect(error).not.toContain(secret);
  });

  test('its role may connect as migrator, and it tries another user', async () => {
    const invoke = await startFunction(TEA, migratorRole, impatient, 'app');

    await expect(invoke(deploy(TEA))).rejects.toThrow('The user app was refused at');
  });

  test('another run does not end', async () => {
    const holder = await cluster.connect(database);
    await holder.query('select pg_advisory_lock(7236115902)');
    const invoke = await startFunction(TEA, migratorRole, impatient);

    await expect(invoke(deploy(TEA))).rejects.toThrow('Waited 1 s for another run of the migrations');
    await holder.end();
  });
});
