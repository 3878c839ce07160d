/** The migrations of this project, read and checked at synthesis: what is wrong with them is told before a deployment. */
import { fileURLToPath } from 'node:url';
import type { Migration } from '../../../src/database/migrate/migration.js';
import { readMigrations } from '../../../src/database/migrate/read-folder.js';

const FOLDER = fileURLToPath(new URL('../../../src/database/migrations', import.meta.url));

/** @throws MigrationError with every problem of every file. */
export function readProjectMigrations(): Migration[] {
  return readMigrations(FOLDER);
}
