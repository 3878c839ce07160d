/** `npm run migrate:check`: applies every migration to an empty PostgreSQL that is thrown away, as a deployment would. */
import './forget-postgres-variables.js';

import process from 'node:process';
import { parseArgs } from 'node:util';
import { MigrationError } from '@vpc-postgres/lambda/database/migrate/migration-error.js';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { describeFinding } from '@vpc-postgres/lambda/database/migrate/row-guard.js';
import { lintMigrations } from './lint-migrations.js';
import { LocalStackError } from './local-stack-error.js';
import { withThrowawayDatabase } from './throwaway-database.js';

const USAGE = `Usage: npm run migrate:check [-- options]

Checks the migrations without AWS and without touching any database of yours: their names and order first, then all of
them on an empty PostgreSQL, as the user migrator after packages/lambda/src/database/bootstrap.sql; then whether callers could pass
row-level security, and what would lock a table that is in use (.squawk.toml). Ends with 1 when something is wrong.

  --directory DIR   the folder of the migrations (default: src/migrations)
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
      directory: { type: 'string', default: 'src/migrations' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const migrations = readMigrations(values.directory);
  await withThrowawayDatabase(migrations, async (postgres, { applied, warnings }) => {
    for (const name of applied) console.log(`ok  ${name}`);
    console.log(`${applied.length} migrations, applied to an empty PostgreSQL ${postgres.version}.`);
    const lint = lintMigrations(values.directory, migrations);
    for (const warning of [...warnings.map(describeFinding), ...lint.warnings]) console.error(`\nwarning: ${warning}`);
    for (const finding of lint.findings) console.error(`\n${finding}`);
    if (lint.findings.length > 0) process.exitCode = 1;
  });
}
