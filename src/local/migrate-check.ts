/** `npm run migrate:check`: applies every migration to an empty PostgreSQL that is thrown away, as a deployment would. */
import './forget-postgres-variables.js';

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { MigrationError } from '../database/migrate/migration-error.js';
import { readMigrations } from '../database/migrate/read-folder.js';
import { bootstrapDatabase, MIGRATIONS_FOLDER, migrateDatabase } from './database.js';
import { LocalStackError } from './local-stack-error.js';
import { startPostgres } from './postgres/cluster.js';

const USAGE = `Usage: npm run migrate:check [-- options]

Checks the migrations without AWS and without touching any database of yours: their names and order first, then all of
them on an empty PostgreSQL, as the user migrator after src/database/bootstrap.sql. Ends with 1 when something is wrong.

  --directory DIR   the folder of the migrations (default: src/database/migrations)
  --help            shows this text`;

try {
  await main();
} catch (error) {
  if (error instanceof LocalStackError) console.error(`${error.message} ${error.fix}`);
  else if (error instanceof MigrationError || (error as { code?: unknown }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    console.error((error as Error).message);
  } else throw error;
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      directory: { type: 'string', default: MIGRATIONS_FOLDER },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const migrations = readMigrations(values.directory);
  const scratch = await mkdtemp(join(tmpdir(), 'migrate-check-'));
  try {
    const postgres = await startPostgres({ dataDirectory: join(scratch, 'data') });
    try {
      await bootstrapDatabase(postgres.socketDirectory);
      const { applied } = await migrateDatabase(postgres.socketDirectory, migrations);
      for (const name of applied) console.log(`ok  ${name}`);
      console.log(`${applied.length} migrations, applied to an empty PostgreSQL ${postgres.version}.`);
    } finally {
      await postgres.stop();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
