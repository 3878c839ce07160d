/** The migrations of a folder. Not for the Lambda, whose bundle holds the texts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Migration, MigrationFile } from './migration.js';
import { prepareMigrations } from './prepare-migrations.js';

export function readMigrationFiles(folder: string): MigrationFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }));
}

/** @throws MigrationError with every problem of every file. */
export function readMigrations(folder: string): Migration[] {
  return prepareMigrations(readMigrationFiles(folder));
}
