/** Starts PostgreSQL for the local stack: the cluster, the roles that a deployment has, and the app's migrations. */
import { join } from 'node:path';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { bootstrapDatabase, migrateDatabase } from './database.js';
import { type MigrationsReport, watchMigrations } from './migrations.js';
import { type LocalPostgres, startPostgres } from './postgres/cluster.js';
import type { LocalStackOptions } from './stack-options.js';

/** The timeouts of a new proxy in AWS (packages/backend/src/database/new-proxy.ts). The rest is RDS Proxy's default. */
export const LOCAL_POOL_SETTINGS = {
  maxConnections: 100,
  connectionBorrowTimeoutSeconds: 5,
  idleClientTimeoutSeconds: 300,
} as const;

export async function startDatabase(
  stateDirectory: string,
  { app, watch, migrationsFolder = app.migrationsFolder, deployed, onMigrations, onPostgresLog }: LocalStackOptions,
  onStop: (stopPart: () => Promise<void>) => void,
  onProgress: (step: string) => void,
): Promise<{ postgres: LocalPostgres; isMigrated: boolean }> {
  const postgres = await startPostgres({
    dataDirectory: join(stateDirectory, 'data'),
    settings: {
      ...deployed?.parameters,
      max_connections: String(deployed?.pool.maxConnections ?? LOCAL_POOL_SETTINGS.maxConnections),
    },
    ...(onPostgresLog && { onLog: onPostgresLog }),
  });
  onStop(() => postgres.stop());
  onProgress(`PostgreSQL ${postgres.version} runs${postgres.createdCluster ? ' on a new data folder' : ''}`);
  await bootstrapDatabase(postgres.socketDirectory);
  const { socketDirectory } = postgres;
  if (!watch) {
    const { applied } = await migrateDatabase(socketDirectory, readMigrations(migrationsFolder));
    if (applied.length > 0) onProgress(`Migrations applied: ${applied.join(', ')}`);
    return { postgres, isMigrated: true };
  }
  let isMigrated = true;
  const onReport = (report: MigrationsReport) => {
    isMigrated = 'applied' in report;
    onMigrations?.(report);
  };
  const migrations = await watchMigrations({ folder: migrationsFolder, socketDirectory, onReport });
  onStop(() => migrations.stop());
  return { postgres, isMigrated };
}
