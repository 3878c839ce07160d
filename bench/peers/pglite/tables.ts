/** This project's roles and tables in PGlite: bootstrap.sql and the migrations, by our own runner. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { migrate } from '../../../src/database/migrate/migrate.js';
import { readMigrations } from '../../../src/database/migrate/read-folder.js';
import { BOOTSTRAP_SQL } from '../../../src/database/sql-files.js';

const MIGRATIONS = join(import.meta.dirname, '../../../src/database/migrations');

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
