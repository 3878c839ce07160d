/**
 * `vpc-postgres migrate baseline`: records migrations as applied in a database that has their tables from elsewhere, without
 * running them.
 */
import { type BaselineResult, baseline } from '@vpc-postgres/lambda/database/migrate/baseline.js';
import type { Migration } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import pg from 'pg';
import { type BaselineTarget, type BaselineTargetOptions, clientConfig, findTarget } from './baseline-target.js';
import { CommandError } from './command-error.js';
import { TokenError } from './token-error.js';

export interface BaselineOptions extends BaselineTargetOptions {
  /** The last file whose tables are there. */
  readonly through: string;
  /** Record it. Without it everything is done and rolled back. */
  readonly yes: boolean;
  /** The folder of the migrations. */
  readonly directory: string;
}

/** Of bootstrap.sql: owns what migrations make, and what is recorded of them. */
const OWNER = 'owner';

/**
 * @param password of the user, from PGPASSWORD
 * @returns what was recorded, to print
 * @throws CommandError, MigrationError or ConfigurationError with what the operator can do
 */
export async function recordBaseline(options: BaselineOptions, password: string | undefined): Promise<string> {
  const migrations = readMigrations(options.directory);
  const target = await findTarget(options, password);
  try {
    return describe(await record(target, options, migrations), target, options.yes);
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError)) throw cause;
    throw new CommandError(`Nothing was recorded: ${cause.message} (${cause.code})`, { cause });
  }
}

async function record(target: BaselineTarget, options: BaselineOptions, migrations: readonly Migration[]) {
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
    return await baseline(client, migrations, { through: options.through, dryRun: !options.yes });
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
