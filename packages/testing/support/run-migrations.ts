/** Runs migrations on a database of a test cluster, each time on a connection of its own, as user migrator. */
import { type MigrateOptions, type MigrateResult, migrate } from '@vpc-postgres/lambda/database/migrate/migrate.js';
import { prepareMigrations } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import type pg from 'pg';
import type { TestCluster } from './migrations-database.js';

/** From name to SQL. */
export type Files = Readonly<Record<string, string>>;

export const prepare = (files: Files) => prepareMigrations(Object.entries(files).map(([name, sql]) => ({ name, sql })));

export interface RunOptions extends MigrateOptions {
  /** Called with the connection before the run. */
  prepareClient?: (client: pg.Client) => void;
}

export async function runMigrations(
  cluster: TestCluster,
  database: string,
  files: Files,
  { prepareClient, ...options }: RunOptions = {},
): Promise<MigrateResult> {
  const client = await cluster.connect(database);
  prepareClient?.(client);
  try {
    return await migrate(client, prepare(files), { lockWaitMillis: 20_000, ...options });
  } finally {
    await client.end();
  }
}
