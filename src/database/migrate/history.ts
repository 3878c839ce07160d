/** What has been applied to a database: the table migrations.applied, in a schema of the runner's own. */
import type { Migration } from './migration.js';
import type { Session } from './session.js';

export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  /** False for a `-- no-transaction` file that has been begun and is not done. */
  readonly finished: boolean;
  /** Of a `-- no-transaction` file: the checksums of its statements that are done, in order. */
  readonly doneStatements: readonly string[];
  /** The checksum of the statement that was running when the record was last written. It may have taken effect. */
  readonly runningStatement: string | null;
}

const TABLE = `create table migrations.applied (
  name text primary key,
  checksum text not null,
  finished_at timestamptz,
  done_statements text[] not null default '{}',
  running_statement text
)`;

/** Of a database that has never been migrated: nothing. */
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
       from migrations.applied order by name`,
  );
  return rows.map(({ done, running, ...row }) => ({ ...row, doneStatements: done, runningStatement: running }));
}

/** Part of the first file's transaction, so that a file that fails leaves not even an empty table behind. */
export async function createHistory(session: Session): Promise<void> {
  if (await hasTable(session)) return;
  await session.run('create schema if not exists migrations');
  await session.run(TABLE);
}

export async function recordFinished(session: Session, { name, checksum }: Migration): Promise<void> {
  await session.run(
    `insert into migrations.applied (name, checksum, finished_at) values ($1, $2, now())
     on conflict (name) do update set checksum = $2, finished_at = now(), running_statement = null`,
    [name, checksum],
  );
}

export async function recordBegun(session: Session, { name, checksum }: Migration): Promise<void> {
  await session.run(
    `insert into migrations.applied (name, checksum) values ($1, $2)
     on conflict (name) do update set checksum = $2`,
    [name, checksum],
  );
}

export async function recordRunning(session: Session, { name }: Migration, statement: string): Promise<void> {
  await session.run('update migrations.applied set running_statement = $2 where name = $1', [name, statement]);
}

export async function recordDone(session: Session, { name }: Migration, statement: string): Promise<void> {
  await session.run(
    `update migrations.applied
        set done_statements = done_statements || $2::text, running_statement = null
      where name = $1`,
    [name, statement],
  );
}

async function hasTable(session: Session): Promise<boolean> {
  const { rows } = await session.run<{ exists: boolean }>(
    `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'migrations' and c.relname = 'applied')`,
  );
  return rows[0]?.exists === true;
}
