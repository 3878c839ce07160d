/** Reads what a session would carry into the next file or statement, and resets all of it. */
import { MIGRATION_LOCK_ID } from './migration-lock.js';
import type { Session } from './session.js';

/**
 * DISCARD ALL would give up the lock of the run, and the role that the login begins with. A setting with a name of its
 * own, `my.setting`, reads as '' afterwards and not as null: PostgreSQL has no way to forget it.
 */
const RESET_SESSION = `do $$
begin
  reset session authorization;
  reset role;
  reset all;
  execute 'close all';
  unlisten *;
  deallocate all;
  discard temp;
  discard sequences;
  -- A lock that was taken several times is released once in each turn.
  loop
    perform case
        when objsubid = 1 and mode = 'ExclusiveLock' then pg_advisory_unlock((classid::bigint << 32) + objid::bigint)
        when objsubid = 1 then pg_advisory_unlock_shared((classid::bigint << 32) + objid::bigint)
        when mode = 'ExclusiveLock' then pg_advisory_unlock(classid::int, objid::int)
        else pg_advisory_unlock_shared(classid::int, objid::int)
      end
      from pg_locks
     where locktype = 'advisory' and pid = pg_backend_pid()
       and (objsubid <> 1 or (classid::bigint << 32) + objid::bigint <> ${MIGRATION_LOCK_ID});
    exit when not found;
  end loop;
end
$$`;

/**
 * Resets settings, role, temporary tables, prepared statements, cursors, LISTEN, sequences' last values and advisory locks,
 * so that the session is as its login made it. The lock of the run stays.
 */
export async function resetSession(session: Session): Promise<void> {
  await session.run(RESET_SESSION);
}

/** What a session holds that changes what a later statement means: from what it is, in words, to its value. */
export type SessionState = ReadonlyMap<string, string | null>;

/** Within a transaction, SET LOCAL is part of it. */
export async function readSessionState(session: Session): Promise<SessionState> {
  const { rows } = await session.run<{ what: string; value: string | null }>(
    `select 'the setting ' || name as what, setting as value
       from pg_catalog.pg_settings where setting is distinct from reset_val
     union all
     select 'the role', pg_catalog.format('%s, acting as %s', session_user, current_user)
     union all
     select 'the temporary table ' || relname, null
       from pg_catalog.pg_class where relnamespace = pg_catalog.pg_my_temp_schema() and relkind in ('r', 'p', 'v', 'S')`,
  );
  return new Map(rows.map(({ what, value }) => [what, value]));
}

/** @returns in words, what differs. */
export function differencesOf(before: SessionState, after: SessionState): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((what) => before.has(what) !== after.has(what) || before.get(what) !== after.get(what));
}
