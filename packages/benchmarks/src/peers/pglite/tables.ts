/** This project's roles and tables in PGlite: bootstrap.sql and the migrations, by our own runner. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@vpc-postgres/lambda/database/migrate/migrate.js';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { BOOTSTRAP_SQL } from '@vpc-postgres/lambda/database/sql-files.js';
import type { ClientBase } from 'pg';

const MIGRATIONS = join(import.meta.dirname, '../../../../testing/app/src/migrations');

/** Whether there is no database in this folder yet. */
export async function isNewFolder(folder: string): Promise<boolean> {
  return access(join(folder, 'PG_VERSION')).then(
    () => false,
    () => true,
  );
}

/** @param client the one session, which is the superuser's */
export async function prepareTables(client: ClientBase, isNew: boolean): Promise<void> {
  if (isNew) await client.query(await readFile(BOOTSTRAP_SQL, 'utf8'));
  await migrate(client, readMigrations(MIGRATIONS));
}
