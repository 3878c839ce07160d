/** `npx vpc-postgres-local database-types`: writes the row types of the migrations' tables, or checks that they are written. */
import '../forget-postgres-variables.js';

import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { MigrationError } from '@vpc-postgres/lambda/database/migrate/migration-error.js';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { LocalStackError } from '../local-stack-error.js';
import { replaceFile } from '../replace-file.js';
import { withThrowawayDatabase } from '../throwaway-database.js';
import { generateDatabaseTypes } from './generate.js';

const DEFAULTS = { out: 'src/database-types.ts', directory: 'src/migrations' } as const;

const USAGE = `Usage: npx vpc-postgres-local database-types [options]

Applies the migrations to an empty PostgreSQL that is thrown away, and writes the types of their tables and views for
Kysely, and for rows of plain SQL: Selectable<DB['orders']>. Needs no AWS, and touches no database of yours.

  --out FILE        the file to write (default: ${DEFAULTS.out})
  --check           write nothing, and compare FILE with the migrations
  --directory DIR   the folder of the migrations (default: ${DEFAULTS.directory})
  --help            show this text

Exit codes:
  0  written, or up to date
  1  --check: FILE is missing, or is not what the migrations give
  2  could not run: a wrong option, a broken migration, no PostgreSQL; the message says which`;

const EXIT_STALE = 1;
const EXIT_COULD_NOT_RUN = 2;

try {
  await main();
} catch (error) {
  if (error instanceof LocalStackError) console.error(`${error.message} ${error.fix}`);
  else if (error instanceof MigrationError || isWrongOption(error)) console.error(error.message);
  else console.error(error);
  process.exitCode = EXIT_COULD_NOT_RUN;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: DEFAULTS.out },
      check: { type: 'boolean', default: false },
      directory: { type: 'string', default: DEFAULTS.directory },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const { out, directory, check } = values;
  const migrations = readMigrations(directory);
  const written = await readIfThere(out);
  if (check && written === undefined) return reportStale(`${out} does not exist.`, values);

  const types = await withThrowawayDatabase(migrations, ({ socketDirectory }) =>
    generateDatabaseTypes(socketDirectory),
  );
  if (written === types) return console.log(`${out} is up to date with ${directory}.`);
  if (check) return reportStale(`${out} is not what ${directory} gives.`, values);
  await mkdir(dirname(out), { recursive: true });
  await replaceFile(out, types);
  console.log(`${out} is written from ${migrations.length} migrations.`);
}

/** @param options whose command brings the file up to date */
function reportStale(problem: string, { out, directory }: { out: string; directory: string }): void {
  const options = [
    ...(out === DEFAULTS.out ? [] : ['--out', out]),
    ...(directory === DEFAULTS.directory ? [] : ['--directory', directory]),
  ];
  console.error(`${problem} Run: ${['npx vpc-postgres-local database-types', ...options].join(' ')}`);
  process.exitCode = EXIT_STALE;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isWrongOption(error: unknown): error is Error {
  return /^ERR_PARSE_ARGS_/.test(String((error as { code?: unknown }).code));
}
