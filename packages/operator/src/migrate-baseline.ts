/**
 * `npm run migrate:baseline`: records migrations as applied in a database that has their tables from elsewhere, without running
 * them. Shows what it would do, and does it with --yes. A password is read from PGPASSWORD and never from an argument.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '@vpc-postgres/backend/configuration/configuration-error.js';
import { type BaselineResult, baseline } from '@vpc-postgres/lambda/database/migrate/baseline.js';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { MigrationError } from '@vpc-postgres/lambda/database/migrate/migration-error.js';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import pg from 'pg';
import { type BaselineTarget, clientConfig, findTarget } from './baseline-target.js';
import { TokenError } from './token-error.js';

const USAGE = `Usage: npm run migrate:baseline -- --through NAME [options]

Records every migration up to and including NAME as applied, without running it: for a database that has had its tables
before it had migrations. Those behind NAME are applied by the next deployment. Without --yes it does everything and rolls
it back, so that nothing changes.

  --through NAME       the last file whose tables are there, for example 0003-add-invoices.sql
  --yes                records it
  --directory DIR      the folder of the migrations (default: src/migrations)

Where the database is (default: the local stack that npm start runs):
  --environment NAME   a deployed environment of amplify/environments.ts
  --host HOST          any other PostgreSQL, or the environment's endpoint where the deployment makes it. A folder: its socket
  --port PORT          its port (default: the environment's, or 5432)
  --database NAME      (default: the environment's)
  --user USER          migrator, or a user that may act as owner (default: the environment's migrator, or migrator)
  --via HOST:PORT      a tunnel that leads there, for example localhost:5433. Token and certificate stay those of HOST
  --ca-file FILE       certificate authorities in PEM that are trusted besides those of Node.js
  --no-tls             for a PostgreSQL of this machine
  --help               shows this text

The local stack gets an IAM token. So does an environment, signed with the AWS credentials at hand, unless PGPASSWORD is
set. Any other PostgreSQL gets PGPASSWORD.`;

const OPTIONS = {
  through: { type: 'string' },
  yes: { type: 'boolean', default: false },
  directory: { type: 'string', default: 'src/migrations' },
  environment: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  database: { type: 'string' },
  user: { type: 'string' },
  via: { type: 'string' },
  'ca-file': { type: 'string' },
  'no-tls': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Options = ReturnType<typeof parse>;

/** Of bootstrap.sql: owns what migrations make, and what is recorded of them. */
const OWNER = 'owner';

async function main(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) return console.log(USAGE);
  const { through, yes } = options;
  if (through === undefined) throw new TokenError(`--through is missing.\n\n${USAGE}`);
  const migrations = readMigrations(options.directory);
  const target = await findTarget(options, process.env.PGPASSWORD);
  const result = await record(target, options, migrations, through);
  console.log(describe(result, target, yes));
}

async function record(target: BaselineTarget, options: Options, migrations: readonly Migration[], through: string) {
  const client = new pg.Client(clientConfig(target, options));
  // A connection that is lost fails the query as well; unheard, this event would end the process.
  client.on('error', () => {});
  const { host, port, user } = target;
  await client.connect().catch((cause: Error) => {
    throw new TokenError(`There is no connection to ${host}:${port} as ${user}: ${cause.message}`, { cause });
  });
  try {
    await client.query(`set role ${OWNER}`).catch((cause: Error) => {
      throw new TokenError(
        `The user ${user} cannot act as ${OWNER}: ${cause.message}. Run packages/lambda/src/database/bootstrap.sql there first, as docs/deploy.md says.`,
        { cause },
      );
    });
    return await baseline(client, migrations, { through, dryRun: !options.yes });
  } finally {
    await client.end().catch(() => undefined);
  }
}

function describe(
  { recorded, pending }: BaselineResult,
  { host, port, database }: BaselineTarget,
  yes: boolean,
): string {
  const place = `the database ${database} at ${host}:${port}`;
  const files = (names: readonly string[]) => names.map((name) => `  ${name}`);
  return [
    yes
      ? `Recorded as applied in ${place}, without being run:`
      : `Would be recorded as applied in ${place}, without being run:`,
    ...files(recorded),
    ...(pending.length === 0 ? ['No file is behind them.'] : ['The next deployment applies:', ...files(pending)]),
    ...(yes ? [] : ['Nothing has changed. If all that they make is there, add --yes.']),
  ].join('\n');
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (cause) {
    throw new TokenError(`${(cause as Error).message}\n\n${USAGE}`, { cause });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { code, message } = error as Error & { code?: unknown };
  const isForOperator = [TokenError, MigrationError, ConfigurationError, pg.DatabaseError].some(
    (expected) => error instanceof expected,
  );
  if (!isForOperator) throw error;
  console.error(error instanceof pg.DatabaseError ? `Nothing was recorded: ${message} (${code})` : message);
  process.exitCode = 1;
}
