/** Why a session is pinned, in words, and what to write instead. */

/** One entry of the documented list, or one that the documentation leaves open. */
export type PinKind =
  | 'longText'
  | 'set'
  | 'setLocal'
  | 'setConfig'
  | 'setConfigLocal'
  | 'preparedStatement'
  | 'namedStatement'
  | 'discard'
  | 'temporaryObject'
  | 'cursor'
  | 'listen'
  | 'load'
  | 'sequence'
  | 'advisoryLock';

export interface PinReason {
  kind: PinKind;
  /** The part of the statement that pins, without its values: `SET statement_timeout`, `nextval()`. */
  construct: string;
  /** Why, in a sentence; RDS Proxy's own words where its log lines are known. */
  reason: string;
  /** What to do instead, in a sentence. */
  fix: string;
}

/** RDS Proxy's log names this limit: "exceeded the 16384 byte limit". A text of exactly so many bytes does not pin. */
export const MAX_TEXT_BYTES = 16_384;

const UNTRACKED_SETTINGS = "SQL changed session settings that the proxy doesn't track.";
const SET_ON_ROLE =
  'Set it on the role (alter role … set …), in the proxy’s initialization query, or as a startup parameter that RDS Proxy recognizes.';
const MEASURE_FIRST =
  'The documentation does not exempt it for PostgreSQL: measure it on your proxy before you rely on it.';

const TEXTS: Readonly<Record<PinKind, { reason: string; fix: string }>> = {
  longText: {
    reason: `The connection ran a SQL query which exceeded the ${MAX_TEXT_BYTES} byte limit.`,
    fix: 'Send long values as parameters, or move the statement into a function or a view.',
  },
  set: { reason: UNTRACKED_SETTINGS, fix: SET_ON_ROLE },
  setLocal: { reason: UNTRACKED_SETTINGS, fix: `${SET_ON_ROLE} ${MEASURE_FIRST}` },
  setConfig: { reason: UNTRACKED_SETTINGS, fix: SET_ON_ROLE },
  setConfigLocal: { reason: UNTRACKED_SETTINGS, fix: `${SET_ON_ROLE} ${MEASURE_FIRST}` },
  preparedStatement: {
    reason: 'A statement prepared in SQL belongs to one database session.',
    fix: 'Send the statement with its parameters and without a name: the driver then prepares it for this one run.',
  },
  namedStatement: {
    reason: 'A prepared statement with a name belongs to one database session.',
    fix: 'Leave the name out (pg: no `name`; postgres.js: `prepare: false`; psycopg: `prepare_threshold=None`).',
  },
  discard: {
    reason: 'The session’s state is discarded.',
    fix: 'Switch off the reset query of the client’s own pool: a session without state has nothing to discard.',
  },
  temporaryObject: {
    reason: 'A temporary table, view or sequence belongs to one database session.',
    fix: 'Use a common table expression (with … as), an array parameter, or an ordinary table.',
  },
  cursor: {
    reason: 'A cursor belongs to one database session.',
    fix: 'Read page by page, by key: where id > $1 order by id limit $2.',
  },
  listen: {
    reason: 'A notification channel is listened to by one database session.',
    fix: 'Listen on a connection to the database itself, past the proxy.',
  },
  load: {
    reason: 'A library is loaded into one database session.',
    fix: 'Name the library in session_preload_libraries or shared_preload_libraries of the parameter group.',
  },
  sequence: {
    reason: 'A sequence function leaves its value in the session, for currval and lastval.',
    fix: 'Let the column’s default or identity take the value, and read it with insert … returning.',
  },
  advisoryLock: {
    reason: 'A session’s advisory lock outlives the transaction.',
    fix: 'Use the same function with _xact_ in its name: its lock ends with the transaction.',
  },
};

/** @param construct the part of the statement that pins, without values */
export function pinReason(kind: PinKind, construct: string): PinReason {
  return { kind, construct, ...TEXTS[kind] };
}
