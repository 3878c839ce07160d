/** `npm run migrate:new -- add-invoices`: makes the next file of src/migrations. */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { nextFileName } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import { listMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';

const USAGE = `Usage: npm run migrate:new -- NAME [options]

Makes the next migration, for example src/migrations/0007-add-invoices.sql for the name add-invoices, and prints
where it is. npm start applies it as soon as there is a statement in it.

  NAME               what it does: words of a-z and 0-9 with hyphens
  --no-transaction   for create index concurrently: the statements run one by one, each recorded
  --directory DIR    the folder of the migrations (default: src/migrations)
  --help             shows this text`;

/** npm runs a script in the folder of package.json. */
const FOLDER = 'src/migrations';

const IN_TRANSACTION = `-- What it does, and why. The file is applied in one transaction, as the role owner: all of it or nothing.
-- A new table needs row-level security, a policy, and grants to app: docs/row-level-security.md.
`;

const NO_TRANSACTION = `-- no-transaction
-- What it does, and why. Each statement is applied on its own; a run that is cut short goes on where it ended.
`;

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'no-transaction': { type: 'boolean', default: false },
      directory: { type: 'string', default: FOLDER },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new Error(`Expected one name, got ${positionals.length}.\n\n${USAGE}`);

  const path = join(values.directory, nextFileName(listMigrations(values.directory), name));
  // Never over a file that somebody else has made in the meantime.
  writeFileSync(path, values['no-transaction'] ? NO_TRANSACTION : IN_TRANSACTION, { flag: 'wx' });
  console.log(relative(process.cwd(), path));
}
