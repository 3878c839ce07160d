/** Reports for whom a statement waits, while it waits. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Migration, SqlStatement } from './migration.js';
import { positionOf } from './migration-error.js';
import type { Session } from './session.js';

/** A session of PostgreSQL that holds what a statement needs. */
export interface Blocker {
  readonly pid: number;
  /** Null for a prepared transaction, and for PostgreSQL's own processes. */
  readonly user: string | null;
  readonly applicationName: string | null;
}

export interface WaitObserver {
  /** How long a statement takes before it is looked at, in milliseconds: what takes less is not worth a connection. @default 2000 */
  readonly patienceMillis?: number;
  /** Opens a second connection to the database, as the first one is busy. Called only when the patience is at its end. */
  connect(): Promise<Client>;
  /** Called when the statement begins to wait, and again when it waits for others. Must not throw. */
  onWait(migration: Migration, statement: SqlStatement, blockers: readonly Blocker[]): void;
}

/** `0002-index.sql:2: the statement waits for the transactions of process 71 of PostgreSQL, user app, application "psql".` */
export function describeWait({ name, sql }: Migration, { offset }: SqlStatement, blockers: readonly Blocker[]): string {
  const sessions = blockers.map(
    ({ pid, user, applicationName }) =>
      `process ${pid} of PostgreSQL, user ${user ?? 'unknown'}, application "${applicationName ?? ''}"`,
  );
  return `${name}:${positionOf(sql, offset).line}: the statement waits for the transactions of ${sessions.join('; ')}.`;
}

const DEFAULT_PATIENCE_MILLIS = 2_000;
const POLL_MILLIS = 2_000;
const QUERY_TIMEOUT_MILLIS = 5_000;

/** Runs `work`, and reports meanwhile for whom the session waits. Without an observer, or when it fails, nothing is reported. */
export async function reportWaits<Result>(
  session: Session,
  observer: WaitObserver | undefined,
  report: (blockers: readonly Blocker[]) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  if (observer === undefined) return work();
  const { rows } = await session.run<{ pid: number }>('select pg_backend_pid() as pid');
  const isOver = new AbortController();
  const observing = observe(observer, Number(rows[0]?.pid), report, isOver.signal).catch(() => undefined);
  try {
    return await work();
  } finally {
    isOver.abort();
    await observing;
  }
}

async function observe(
  observer: WaitObserver,
  pid: number,
  report: (blockers: readonly Blocker[]) => void,
  signal: AbortSignal,
): Promise<void> {
  await delay(observer.patienceMillis ?? DEFAULT_PATIENCE_MILLIS, undefined, { signal });
  const client = await observer.connect();
  try {
    let reported = '';
    while (!signal.aborted) {
      const blockers = await readBlockers(client, pid);
      const pids = blockers.map((blocker) => blocker.pid).join();
      if (blockers.length > 0 && pids !== reported) report(blockers);
      reported = pids;
      await delay(POLL_MILLIS, undefined, { signal });
    }
  } finally {
    await client.end();
  }
}

async function readBlockers(client: Client, pid: number): Promise<Blocker[]> {
  const query = {
    text: `select blocker.pid, usename as user, application_name as "applicationName"
             from (select distinct unnest(pg_blocking_pids($1)) as pid) as blocker left join pg_stat_activity using (pid)
            order by 1`,
    values: [pid],
    query_timeout: QUERY_TIMEOUT_MILLIS,
  };
  return (await client.query<Blocker>(query)).rows;
}
