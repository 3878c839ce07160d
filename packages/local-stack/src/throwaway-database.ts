/** Applies an app's migrations to an empty PostgreSQL that is thrown away, as a deployment would. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { bootstrapDatabase, type LocalMigrateResult, migrateDatabase } from './database.js';
import { type LocalPostgres, startPostgres } from './postgres/cluster.js';

/**
 * @param use what to do with it before it is gone
 * @throws LocalStackError, MigrationError, and what `use` throws
 */
export async function withThrowawayDatabase<Result>(
  migrations: readonly Migration[],
  use: (postgres: LocalPostgres, migrated: LocalMigrateResult) => Promise<Result>,
): Promise<Result> {
  const scratch = await mkdtemp(join(tmpdir(), 'throwaway-postgres-'));
  try {
    const postgres = await startPostgres({ dataDirectory: join(scratch, 'data') });
    try {
      await bootstrapDatabase(postgres.socketDirectory);
      return await use(postgres, await migrateDatabase(postgres.socketDirectory, migrations));
    } finally {
      await postgres.stop();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
