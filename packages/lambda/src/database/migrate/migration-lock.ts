/** Holds an advisory lock while the migrations run, so that only one run at a time changes a database. */
import { setTimeout as delay } from 'node:timers/promises';
import { MigrationError } from './migration-error.js';
import type { Session } from './session.js';

/** Key of the advisory lock: any constant that nothing else in the database uses. */
export const MIGRATION_LOCK_ID = 7_236_115_902;

/**
 * Delay between two attempts to take the lock, in milliseconds. It polls and does not wait in PostgreSQL, because a session that waits holds a snapshot, and the other run's
 * CREATE INDEX CONCURRENTLY waits for every snapshot.
 */
const POLL_MILLIS = 200;

/**
 * Runs the callback while no other run migrates this database. PostgreSQL gives the lock back when the connection ends, however
 * it ends. Through RDS Proxy the lock pins the connection.
 *
 * @throws MigrationError when another session still holds it after `waitMillis`; the message names that session.
 */
export async function withMigrationLock<Result>(
  session: Session,
  waitMillis: number,
  callback: () => Promise<Result>,
): Promise<Result> {
  await acquire(session, waitMillis);
  try {
    return await callback();
  } finally {
    if (session.isUsable)
      await session.run('select pg_advisory_unlock($1)', [MIGRATION_LOCK_ID]).catch(() => undefined);
  }
}

async function acquire(session: Session, waitMillis: number): Promise<void> {
  const giveUpAt = performance.now() + waitMillis;
  for (;;) {
    const { rows } = await session.run<{ acquired: boolean }>('select pg_try_advisory_lock($1) as acquired', [
      MIGRATION_LOCK_ID,
    ]);
    if (rows[0]?.acquired) return;
    if (performance.now() >= giveUpAt) throw new MigrationError(await describeHolder(session, waitMillis));
    await delay(Math.min(POLL_MILLIS, session.remainingMillis()));
  }
}

async function describeHolder(session: Session, waitMillis: number): Promise<string> {
  const { rows } = await session.run<{ pid: number; usename: string | null; application_name: string | null }>(
    `select a.pid, a.usename, a.application_name
       from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and (l.classid::bigint << 32) + l.objid::bigint = $1
        and l.database = (select oid from pg_database where datname = current_database())`,
    [MIGRATION_LOCK_ID],
  );
  const waited = `Waited ${waitMillis / 1000} s for another run of the migrations, and applied nothing.`;
  const [holder] = rows;
  if (holder === undefined) return `${waited} It has just ended: try again.`;
  const { pid, usename, application_name } = holder;
  return (
    `${waited} The lock is held by process ${pid} of PostgreSQL, user ${usename}, application "${application_name}". ` +
    `Try again when it is done; if nobody is behind it any more, end it: select pg_terminate_backend(${pid})`
  );
}
