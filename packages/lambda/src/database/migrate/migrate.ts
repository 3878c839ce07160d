/** Applies SQL files to a database, in the order of their numbers and each once. The same for npm start, tests and Lambda. */
import type { ClientBase } from 'pg';
import { applyInTransaction, type OnStatement, type Verify } from './apply-migration.js';
import { applyWithoutTransaction } from './apply-without-transaction.js';
import { readHistory } from './history.js';
import type { Migration } from './migration.js';
import { MigrationError } from './migration-error.js';
import { withMigrationLock } from './migration-lock.js';
import { type NewerMigrations, planMigrations } from './plan.js';
import type { WaitObserver } from './report-waits.js';
import { Session } from './session.js';

export interface MigrateOptions {
  /** What to make of migrations that only the database knows. @default 'refuse' */
  newerMigrations?: NewerMigrations;
  /** How long to wait for another run to end, in milliseconds. 0: not at all. @default 30000 */
  lockWaitMillis?: number;
  /**
   * For everything together, in milliseconds. A statement that is running then is not waited for; what becomes of it is
   * up to `statement_timeout` of the role, because RDS Proxy cannot cancel it. @default 600000
   */
  timeLimitMillis?: number;
  /** Called before each statement. Must not throw. @default - no call */
  onStatement?: OnStatement;
  /**
   * Reports for whom a concurrent build or drop of an index waits: as long as it takes, because readers and writers are not
   * kept waiting by it. @default - nothing is reported
   */
  waitObserver?: WaitObserver;
  /**
   * Runs after the last statement of the last pending file, before that file counts as applied: in its transaction, if it
   * has one. What it throws keeps the file from being applied. @default - nothing is verified
   */
  verify?: Verify;
}

export interface MigrateResult {
  /** Names of the files that were applied now, in order. */
  readonly applied: readonly string[];
  /** Names that the database has from a newer version. Nothing was done then. */
  readonly newer: readonly string[];
}

const DEFAULTS = { lockWaitMillis: 30_000, timeLimitMillis: 600_000 } as const;

/**
 * @param client A connection of the user `migrator`, or of any other that may create what the files create. Nobody else may
 *   use it meanwhile. After an error it is to be closed, because it may be busy still.
 * @param migrations From prepareMigrations or readMigrations.
 * @throws MigrationError when the files and the database do not fit together, a file fails, or another run does not end.
 *   A file that fails leaves nothing of itself, one of `-- no-transaction` what it has recorded.
 */
export async function migrate(
  client: ClientBase,
  migrations: readonly Migration[],
  options: MigrateOptions = {},
): Promise<MigrateResult> {
  const { lockWaitMillis = DEFAULTS.lockWaitMillis, onStatement = () => {} } = options;
  const session = new Session(client, options.timeLimitMillis ?? DEFAULTS.timeLimitMillis);
  const run = withMigrationLock(session, lockWaitMillis, async () => {
    const history = await readHistory(session);
    const { pending, newer } = planMigrations(migrations, history, options.newerMigrations ?? 'refuse');
    const apply = async (migration: Migration, verify: Verify | undefined) => {
      if (migration.transactional) return applyInTransaction(session, migration, onStatement, verify);
      const begun = history.find(({ name }) => name === migration.name);
      return applyWithoutTransaction(session, migration, begun, {
        onStatement,
        waitObserver: options.waitObserver,
        verify,
      });
    };
    for (const migration of pending) {
      const verify = migration === pending.at(-1) ? options.verify : undefined;
      const applying = apply(migration, verify);
      await (history.length === 0 ? applying.catch(addBaselineHelp) : applying);
    }
    return { applied: pending.map(({ name }) => name), newer };
  });
  return run.catch((cause: unknown) => {
    if (cause instanceof MigrationError) throw cause;
    const { message, code } = cause as Error & { code?: unknown };
    throw new MigrationError(`The migrations could not be applied: ${message}${code ? ` (${code})` : ''}`, { cause });
  });
}

/** duplicate_table, duplicate_schema, duplicate_object, duplicate_function */
const EXISTS_ALREADY = ['42P07', '42P06', '42710', '42723'];

/** In the first run of all, a file creates what is there: the tables are older than the migrations. */
function addBaselineHelp(error: unknown): never {
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  if (!(error instanceof MigrationError) || !EXISTS_ALREADY.includes(String(code))) throw error;
  const help =
    'This is the first run of the migrations in this database, which has tables already. If they are what this file makes, ' +
    'record it as applied: npx vpc-postgres migrate baseline --help (docs/migrations.md)';
  throw new MigrationError(`${error.message}\n\n${help}`, { cause: error.cause });
}
