/**
 * Runs the function's bundle, as it is built for Lambda, in the local Lambda runtime: through the emulator of RDS Proxy, with TLS and
 * the IAM token of a role that can connect as migrator and as no other user.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleMigrationFunction } from '@vpc-postgres/backend/database/migrations/bundle.js';
import { bootstrapBuildOptions } from '@vpc-postgres/local-stack/lambda/bundle.js';
import { createLocalFunction, type LocalFunction } from '@vpc-postgres/local-stack/lambda/function.js';
import { type KeptCertificate, loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { createCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { type RdsProxy, startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import { startTestCluster, type TestCluster } from '@vpc-postgres/testing/support/migrations-database.js';
import { build } from 'esbuild';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { fingerprintOf } from '../../../../src/database/migrate/migration.js';
import { prepareMigrations } from '../../../../src/database/migrate/prepare-migrations.js';

const REGION = 'eu-west-1';

export const migratorRole = createCredentials();
export const appRole = createCredentials();

type Files = Record<string, string>;
/** Puts the index.mjs of a function with these files into a folder. */
type BuildCode = (folder: string, files: Files) => Promise<void>;
const bundleAsDeployed: BuildCode = async (folder, files) => bundleMigrationFunction(filesOf(files), folder);
export const filesOf = (files: Files) => Object.entries(files).map(([name, sql]) => ({ name, sql }));
const fingerprint = (files: Files) => fingerprintOf(prepareMigrations(filesOf(files)));
export const TEA = { '0001-tea.sql': 'create table tea (id int);' };

/** Registers the hooks of a test file. Each test has a database that has never been migrated. */
export function useMigrationFunction() {
  let cluster: TestCluster;
  let directory: string;
  let certificate: KeptCertificate;
  let proxy: RdsProxy;
  let database: string;
  let observer: pg.Client;
  const functions: LocalFunction[] = [];
  /** The folder of each code, by what it is built of: a test that has the files of another has its code. */
  const folders = new Map<BuildCode, Map<string, Promise<string>>>();
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

  function folderOf(files: Files, buildCode: BuildCode): Promise<string> {
    const ofCode = folders.get(buildCode) ?? new Map<string, Promise<string>>();
    folders.set(buildCode, ofCode);
    const key = JSON.stringify(files);
    const folder = ofCode.get(key) ?? buildFolder(files, buildCode);
    ofCode.set(key, folder);
    return folder;
  }

  async function buildFolder(files: Files, buildCode: BuildCode): Promise<string> {
    const folder = await mkdtemp(join(directory, 'function-'));
    await buildCode(folder, files);
    await build(bootstrapBuildOptions(folder));
    return folder;
  }

  /**
   * @param buildCode by default the bundle that is deployed.
   * @param user the database user that its environment names.
   * @param port where its environment says that the proxy listens.
   */
  async function startFunction(
    files: Files,
    credentials = migratorRole,
    buildCode = bundleAsDeployed,
    user = 'migrator',
    port = proxy.port,
  ): Promise<(request: object, clientContext?: object) => Promise<unknown>> {
    const folder = await folderOf(files, buildCode);
    const fn = createLocalFunction({
      name: 'migrations',
      directory: folder,
      region: REGION,
      timeoutSeconds: 50,
      memoryMB: 512,
      onLog: (line) => logs.push(line),
      environment: {
        DATABASE_HOST: 'localhost',
        DATABASE_PORT: String(port),
        DATABASE_NAME: database,
        DATABASE_USER: user,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
        NODE_EXTRA_CA_CERTS: certificate.caPath,
      },
    });
    functions.push(fn);
    return async (request, clientContext) => (await fn.invoke(request, clientContext)).payload;
  }

  const deploy = (files: Files, RequestType = 'Create', port = proxy.port) => ({
    RequestType,
    ResourceProperties: {
      ServiceToken: 'arn',
      Files: fingerprint(files),
      Database: `localhost:${port}/${database}`,
    },
  });

  const tables = async () =>
    (await observer.query("select tablename, tableowner from pg_tables where schemaname = 'public' order by 1")).rows;

  return {
    startFunction,
    deploy,
    tables,
    logs,
    get cluster() {
      return cluster;
    },
    get proxy() {
      return proxy;
    },
    get database() {
      return database;
    },
    get observer() {
      return observer;
    },
  };
}
