/** Records what has been applied to a database: the table migrations.applied, in a schema of the runner's own. */
import type { Migration } from './migration.js';
import { MigrationError } from './migration-error.js';
import type { Session } from './session.js';

export interface AppliedMigration extends Progress {
  readonly name: string;
  readonly checksum: string;
}

/** How far a file is. */
export interface Progress {
  /** False for a `-- no-transaction` file of which some statements are still to run. */
  readonly finished: boolean;
  /** Of a `-- no-transaction` file: the checksums of its statements that are done, in order. */
  readonly doneStatements: readonly string[];
  /** The checksum of a statement that was begun outside of a transaction: it might have taken effect. */
  readonly runningStatement: string | null;
}

export const FINISHED: Progress = { finished: true, doneStatements: [], runningStatement: null };

const TABLE = `create table migrations.applied (
  name text primary key,
  checksum text not null,
  finished_at timestamptz,
  done_statements text[] not null default '{}',
  running_statement text
)`;

/** A record that says so little is none. Earlier versions left one when the first statement failed. */
const IS_SOMETHING = "(finished_at is not null or done_statements <> '{}' or running_statement is not null)";

/** Empty for a database that has never been migrated. */
export async function readHistory(session: Session): Promise<AppliedMigration[]> {
  if (!(await hasTable(session))) return [];
  const { rows } = await session.run<{
    name: string;
    checksum: string;
    finished: boolean;
    done: string[];
    running: string | null;
  }>(
    `select name, checksum, finished_at is not null as finished, done_statements as done, running_statement as running
       from migrations.applied where ${IS_SOMETHING} order by name`,
  );
  return rows.map(({ done, running, ...row }) => ({ ...row, doneStatements: done, runningStatement: running }));
}

/**
 * Records how far a file is, before the statements that bring it there and in their transaction. Nothing is overwritten
 * that this run does not know: two runs that both believe they have the lock end with one of them refused.
 *
 * @param known what is recorded of the file, as far as this run knows.
 * @returns `progress`
 * @throws MigrationError when another run has recorded something else, or is about to.
 */
export async function recordProgress(
  session: Session,
  migration: Migration,
  known: Progress | undefined,
  progress: Progress,
): Promise<Progress> {
  try {
    if (known === undefined) await createHistory(session);
    if (await write(session, migration, known, progress)) return progress;
  } catch (cause) {
    if (!AGAINST_ANOTHER_RUN.includes(String((cause as { code?: unknown }).code))) throw cause;
    throw new MigrationError(describeConflict(migration), { cause });
  }
  throw new MigrationError(describeConflict(migration));
}

/** Takes back what recordProgress has recorded of a file of which nothing has been done. */
export async function removeRecord(session: Session, { name }: Migration, known: Progress): Promise<void> {
  await session.run(
    "delete from migrations.applied where name = $1 and done_statements = '{}' and running_statement = $2",
    [name, known.runningStatement],
  );
}

/** Part of the first file's transaction, so that a file that fails leaves not even an empty table behind. */
async function createHistory(session: Session): Promise<void> {
  if (await hasTable(session)) return;
  await session.run('create schema if not exists migrations');
  await session.run(TABLE);
}

/** lock_not_available, unique_violation, duplicate_schema, duplicate_table: of a run that is at the same place. */
const AGAINST_ANOTHER_RUN = ['55P03', '23505', '42P06', '42P07'];

/** @returns whether the record was as it is known. */
async function write(
  session: Session,
  { name, checksum }: Migration,
  known: Progress | undefined,
  { finished, doneStatements, runningStatement }: Progress,
): Promise<boolean> {
  const values = [name, checksum, finished, doneStatements, runningStatement];
  if (known === undefined) {
    await session.run(`delete from migrations.applied where name = $1 and not ${IS_SOMETHING}`, [name]);
    const { rowCount } = await session.run(
      `insert into migrations.applied (name, checksum, finished_at, done_statements, running_statement)
       values ($1, $2, case when $3 then now() end, $4, $5)`,
      values,
    );
    return rowCount === 1;
  }
  const { rowCount } = await session.run(
    `update migrations.applied
        set checksum = $2, finished_at = case when $3 then now() end, done_statements = $4, running_statement = $5
      where name = $1 and finished_at is null and done_statements = $6 and running_statement is not distinct from $7`,
    [...values, known.doneStatements, known.runningStatement],
  );
  return rowCount === 1;
}

function describeConflict({ name }: Migration): string {
  return (
    `${name} is applied by another run at this moment, or has just been. Only one run at a time holds the lock, so this ` +
    'one has lost it: a failover or a proxy has ended its session, or a file has called pg_advisory_unlock_all(). This run has ' +
    'been rolled back to before the statement, and nothing was done twice. Run the migrations again.'
  );
}

async function hasTable(session: Session): Promise<boolean> {
  const { rows } = await session.run<{ exists: boolean }>(
    `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'migrations' and c.relname = 'applied')`,
  );
  return rows[0]?.exists === true;
}
