/** Records files as applied without running them, for a database that has had its tables from something else. */
import type { ClientBase } from 'pg';
import { FINISHED, readHistory, recordProgress } from './history.js';
import type { Migration } from './migration.js';
import { MigrationError } from './migration-error.js';
import { withMigrationLock } from './migration-lock.js';
import { planMigrations } from './plan.js';
import { Session } from './session.js';

export interface BaselineOptions {
  /** Name of the last file whose effect the database has already, for example 0003-add-invoices.sql. */
  through: string;
  /** Does everything, and rolls it back. @default false */
  dryRun?: boolean;
  /** How long to wait for a run to end, in milliseconds. 0: not at all. @default 30000 */
  lockWaitMillis?: number;
}

export interface BaselineResult {
  /** Names of the files that count as applied from now on, in order. Those that were applied before are not among them. */
  readonly recorded: readonly string[];
  /** Names of those behind them, which the next run applies. */
  readonly pending: readonly string[];
}

const LOCK_WAIT_MILLIS = 30_000;
const TIME_LIMIT_MILLIS = 120_000;

class RolledBack extends Error {}

/**
 * All files are recorded in one transaction, or none.
 *
 * @param client A connection of the user `migrator`, which must own the records. Nobody else may use it meanwhile.
 * @param migrations From prepareMigrations or readMigrations.
 * @throws MigrationError when there is no such file or it is recorded already, when what is recorded does not fit the files,
 *   and when the database is empty.
 */
export async function baseline(
  client: ClientBase,
  migrations: readonly Migration[],
  { through, dryRun = false, lockWaitMillis = LOCK_WAIT_MILLIS }: BaselineOptions,
): Promise<BaselineResult> {
  if (!migrations.some(({ name }) => name === through)) {
    const names = migrations.map(({ name }) => name).join(', ');
    throw new MigrationError(`There is no migration ${JSON.stringify(through)}. Expected one of: ${names || 'none'}.`);
  }
  const session = new Session(client, TIME_LIMIT_MILLIS);
  return withMigrationLock(session, lockWaitMillis, async () => {
    const pending = await pendingFiles(session, migrations);
    const last = pending.findIndex(({ name }) => name === through);
    if (last < 0) throw new MigrationError(`${through} is recorded as applied already. Nothing was recorded.`);
    await assertNotEmpty(session);
    const recorded = pending.slice(0, last + 1);
    const write = session.transaction(async () => {
      for (const migration of recorded) await recordProgress(session, migration, undefined, FINISHED);
      if (dryRun) throw new RolledBack();
    });
    await write.catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
    const names = pending.map(({ name }) => name);
    return { recorded: names.slice(0, last + 1), pending: names.slice(last + 1) };
  });
}

async function pendingFiles(session: Session, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const history = await readHistory(session);
  const halfDone = history.find(({ finished }) => !finished);
  if (halfDone === undefined) return planMigrations(migrations, history, 'refuse').pending;
  throw new MigrationError(
    `${halfDone.name} is half done. Run the migrations until it is applied. Nothing was recorded.`,
  );
}

async function assertNotEmpty(session: Session): Promise<void> {
  const { rows } = await session.run<{ database: string; isEmpty: boolean }>(
    `select current_database() as database, not exists (
       select from (select relnamespace as namespace from pg_class union all select pronamespace from pg_proc) as object
         join pg_namespace n on n.oid = object.namespace
        where n.nspname !~ '^(pg_|information_schema$|migrations$)') as "isEmpty"`,
  );
  if (!rows[0]?.isEmpty) return;
  throw new MigrationError(
    `The database ${rows[0].database} has no table and no function, so none of the files has been applied to it. Nothing was ` +
      'recorded. Is it the right database? If it is, deploy, and the files are applied.',
  );
}
