/** Prepares the local database as an adopter prepares the one in AWS: bootstrap.sql once, then the migrations. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate, readMigrations } from '../database/migrate.js';

export const LOCAL_DATABASE = 'app';
/** The role that bootstrap.sql makes. */
export const LOCAL_DATABASE_USER = 'app';

const BOOTSTRAP = new URL('../database/bootstrap.sql', import.meta.url);
const MIGRATIONS = new URL('../database/migrations/', import.meta.url);

/**
 * @param socketDirectory Where PostgreSQL listens; the superuser is trusted there.
 * @returns The migrations that were applied now.
 * @throws MigrationError
 */
export async function prepareDatabase(socketDirectory: string): Promise<string[]> {
  await createDatabaseOnce(socketDirectory);
  return withSuperuser(socketDirectory, LOCAL_DATABASE, async (client) => {
    await client.query(await readFile(BOOTSTRAP, 'utf8'));
    return migrate(client, await readMigrations(fileURLToPath(MIGRATIONS)));
  });
}

async function createDatabaseOnce(socketDirectory: string): Promise<void> {
  await withSuperuser(socketDirectory, 'postgres', async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [LOCAL_DATABASE]);
    if (rowCount === 0) await client.query(`create database ${LOCAL_DATABASE}`);
  });
}

async function withSuperuser<Result>(
  socketDirectory: string,
  database: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ host: socketDirectory, port: 5432, user: 'postgres', database });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
