/** Prepares the local database as an adopter prepares the one in AWS: bootstrap.sql once, then the migrations. */
import { readFile } from 'node:fs/promises';
import { type MigrateResult, migrate } from '@vpc-postgres/lambda/database/migrate/migrate.js';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import type { WaitObserver } from '@vpc-postgres/lambda/database/migrate/report-waits.js';
import {
  assertNoProblems,
  findRowExposures,
  type RowFinding,
} from '@vpc-postgres/lambda/database/migrate/row-guard.js';
import { BOOTSTRAP_SQL } from '@vpc-postgres/lambda/database/sql-files.js';
import pg from 'pg';

const POSTGRES_PORT = 5432;

export const LOCAL_DATABASE = 'app';
/** The roles that bootstrap.sql makes for logging in. */
export const LOCAL_DATABASE_USER = 'app';
export const LOCAL_MIGRATOR = 'migrator';

/** Another run is one of this machine, and done in a moment. */
const LOCK_WAIT_MILLIS = 10_000;

/**
 * Makes the database and its roles, if they are not there.
 * @param socketDirectory Where PostgreSQL listens; every user is trusted there.
 * @param port Part of the socket's name.
 */
export async function bootstrapDatabase(socketDirectory: string, port = POSTGRES_PORT): Promise<void> {
  const connection = { host: socketDirectory, port, user: 'postgres' };
  await withClient({ ...connection, database: 'postgres' }, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [LOCAL_DATABASE]);
    if (rowCount === 0) await client.query(`create database ${LOCAL_DATABASE}`);
  });
  await withClient({ ...connection, database: LOCAL_DATABASE }, async (client) => {
    await client.query(await readFile(BOOTSTRAP_SQL, 'utf8'));
  });
}

export interface LocalMigrateResult extends MigrateResult {
  /** Of the guard on rows. */
  readonly warnings: readonly RowFinding[];
}

/**
 * As the user migrator, past the proxy, as psql in the VPC would.
 * @param onWait called when an index that is built concurrently waits for other sessions.
 * @throws MigrationError, also when callers could pass row-level security; the last file is not applied then
 */
export function migrateDatabase(
  socketDirectory: string,
  migrations: readonly Migration[],
  port = POSTGRES_PORT,
  onWait: WaitObserver['onWait'] = () => {},
): Promise<LocalMigrateResult> {
  const connection = {
    host: socketDirectory,
    port,
    user: LOCAL_MIGRATOR,
    database: LOCAL_DATABASE,
    application_name: 'npm start',
  };
  return withClient(connection, async (client) => {
    const result = await migrate(client, migrations, {
      lockWaitMillis: LOCK_WAIT_MILLIS,
      waitObserver: { connect: () => connect(connection), onWait },
      verify: async ({ name }) => assertNoProblems(await findRowExposures(client), `${name} is not applied`),
    });
    const findings = await findRowExposures(client);
    assertNoProblems(findings, 'Every file is applied, and yet');
    return { ...result, warnings: findings };
  });
}

async function withClient<Result>(
  connection: pg.ClientConfig,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(connection);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function connect(connection: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(connection);
  // A connection that is lost fails the query as well; unheard, this event would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}
