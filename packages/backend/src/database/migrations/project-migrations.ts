/** Reads and checks the project's migrations at synthesis, so that what is wrong with them stops it before a deployment. */
import { fileURLToPath } from 'node:url';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';

/**
 * @param folder Holds the SQL files.
 * @throws MigrationError with every problem of every file.
 */
export function readProjectMigrations(folder: URL): Migration[] {
  return readMigrations(fileURLToPath(folder));
}
