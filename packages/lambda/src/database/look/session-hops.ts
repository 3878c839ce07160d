/** The hops within PostgreSQL: who the session is, with which settings, and which migrations are applied. Catalogs, and no row. */
import type { Client } from 'pg';
import type { LookReport } from './report.js';

/** What bootstrap.sql sets on the roles, and what decides about rows. */
const SETTINGS = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'search_path',
  'row_security',
];

const SESSION =
  'select current_user::text as "currentUser", session_user::text as "sessionUser", ' +
  'current_setting(\'server_version\') as "serverVersion", ' +
  'array(select unnest(rolconfig) from pg_roles where rolname = session_user) as "roleSettings", ' +
  `array[${SETTINGS.map((name) => `current_setting('${name}')`)}] as settings, ` +
  "(select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') from pg_class c " +
  'join pg_namespace n on n.oid = c.relnamespace ' +
  "where n.nspname = 'migrations' and c.relname = 'applied') as \"canReadMigrations\"";

export interface SessionRow {
  readonly session: NonNullable<LookReport['session']>;
  /** Null when there is no record of migrations. */
  readonly canReadMigrations: boolean | null;
}

export async function readSession(client: Client): Promise<SessionRow> {
  const { rows } = await client.query(SESSION);
  const { canReadMigrations, settings, ...session } = rows[0];
  return {
    session: { ...session, settings: Object.fromEntries(SETTINGS.map((name, index) => [name, settings[index]])) },
    canReadMigrations,
  };
}

/** @param expected The names of the files that the function has. */
export async function readMigrationRecords(
  client: Client,
  exists: boolean,
  expected: readonly string[],
): Promise<NonNullable<LookReport['migrations']>> {
  const { rows } = exists
    ? await client.query<{ name: string; finished: boolean }>(
        'select name, finished_at is not null as finished from migrations.applied order by name',
      )
    : { rows: [] };
  const namesOf = (finished: boolean) => rows.filter((row) => row.finished === finished).map(({ name }) => name);
  const recorded = new Set(rows.map(({ name }) => name));
  return {
    applied: namesOf(true),
    unfinished: namesOf(false),
    pending: expected.filter((name) => !recorded.has(name)),
  };
}
