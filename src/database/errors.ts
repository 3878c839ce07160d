/**
 * Turns what node-postgres and the network throw into a few errors that callers can tell apart. The original is kept as
 * `cause`, unless it may quote a statement's parameters, as PostgreSQL does in `detail` and in some messages: whoever prints
 * an error prints its cause, too. Then the cause has the facts and not the text.
 */

export interface DatabaseErrorOptions {
  /** @default false */
  outcomeUnknown?: boolean;
}

/** Base class, for those who catch them all. */
export abstract class DatabaseError extends Error {
  /** SQLSTATE, when PostgreSQL or RDS Proxy gave one. @see https://www.postgresql.org/docs/17/errcodes-appendix.html */
  readonly sqlState: string | undefined;
  /**
   * Whether the transaction, or an earlier attempt at it, might have been committed: its COMMIT was sent and no response
   * came. False says that nothing was written.
   */
  readonly outcomeUnknown: boolean;

  constructor(message: string, cause: unknown, { outcomeUnknown = false }: DatabaseErrorOptions = {}) {
    super(message, { cause: withoutData(cause) });
    this.sqlState = cause instanceof DatabaseError ? cause.sqlState : sqlStateOf(cause);
    this.outcomeUnknown = outcomeUnknown;
  }
}

/** No connection could be made, or it was lost. */
export class DatabaseUnavailableError extends DatabaseError {
  override readonly name = 'DatabaseUnavailableError';
}

/** The statement took longer than the client or the role allows. */
export class DatabaseTimeoutError extends DatabaseError {
  override readonly name = 'DatabaseTimeoutError';
}

/** Lost against a concurrent transaction (serialization failure, deadlock, lock timeout), which rolled this attempt back. */
export class DatabaseConflictError extends DatabaseError {
  override readonly name = 'DatabaseConflictError';
}

/** A constraint refused the row, which rolled this attempt back. */
export class ConstraintViolationError extends DatabaseError {
  override readonly name = 'ConstraintViolationError';

  constructor(
    readonly constraint: string,
    cause: unknown,
    options?: DatabaseErrorOptions,
  ) {
    super(`The constraint ${constraint} refused the row.`, cause, options);
  }
}

/** Login refused: the IAM token, the database user, or its privileges are wrong. A deployment problem. */
export class DatabaseAccessError extends DatabaseError {
  override readonly name = 'DatabaseAccessError';
}

/** The statement itself is wrong: a bug, or a migration that has not run. */
export class DatabaseStatementError extends DatabaseError {
  override readonly name = 'DatabaseStatementError';
}

/**
 * SQLSTATE classes and codes, most specific first.
 */
const BY_SQLSTATE: readonly [prefix: string, make: (cause: unknown) => DatabaseError][] = [
  ['57014', (cause) => new DatabaseTimeoutError('PostgreSQL cancelled the statement.', cause)],
  ['25P03', (cause) => new DatabaseTimeoutError('PostgreSQL ended a transaction that had been idle too long.', cause)],
  ['55P03', (cause) => new DatabaseConflictError('A lock was not to be had in time.', cause)],
  ['40', (cause) => new DatabaseConflictError('The transaction lost against a concurrent one.', cause)],
  ['23', (cause) => new ConstraintViolationError(stringProperty(cause, 'constraint') ?? 'unnamed', cause)],
  ['08', (cause) => new DatabaseUnavailableError('The connection to the database failed.', cause)],
  ['53', (cause) => new DatabaseUnavailableError('The database has no room for another connection.', cause)],
  ['57', (cause) => new DatabaseUnavailableError('The database is starting, stopping or failing over.', cause)],
  ['58', (cause) => new DatabaseUnavailableError('The database has a system error.', cause)],
  ['28', (cause) => new DatabaseAccessError('The database refused the login.', cause)],
  ['3D000', (cause) => new DatabaseAccessError('The database does not exist.', cause)],
  ['42501', (cause) => new DatabaseAccessError('The database user lacks a privilege.', cause)],
];

/** Messages of errors that node-postgres makes itself, without a code. */
const CLIENT_TIMEOUT = /^Query read timeout$/;
const CONNECTION_LOST =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Client has encountered a connection error|Client was closed|The server does not support SSL connections)/;

export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;

  const sqlState = sqlStateOf(error);
  if (sqlState !== undefined) {
    const make = BY_SQLSTATE.find(([prefix]) => sqlState.startsWith(prefix))?.[1];
    return make?.(error) ?? new DatabaseStatementError(`PostgreSQL refused the statement (${sqlState}).`, error);
  }

  const message = error instanceof Error ? error.message : '';
  if (CLIENT_TIMEOUT.test(message)) return new DatabaseTimeoutError('The statement took too long.', error);
  if (CONNECTION_LOST.test(message) || isNetworkError(error)) {
    return new DatabaseUnavailableError('The connection to the database failed.', error);
  }
  return new DatabaseStatementError('The statement could not be run.', error);
}

/**
 * The error to throw in place of `error` when the transaction, or an earlier attempt at it, might have been committed: a
 * DatabaseTimeoutError stays one, and any other becomes DatabaseUnavailableError. Its cause is `error`.
 */
export function withUnknownOutcome(error: DatabaseError): DatabaseError {
  const message = 'The connection to the database was lost, and the transaction might have been committed.';
  return error instanceof DatabaseTimeoutError
    ? new DatabaseTimeoutError('The time was up, and the transaction might have been committed.', error, UNKNOWN)
    : new DatabaseUnavailableError(message, error, UNKNOWN);
}

const UNKNOWN: DatabaseErrorOptions = { outcomeUnknown: true };

/**
 * The facts of an error that are safe to log: class names, SQLSTATE, object names. PostgreSQL's `detail` never, and its
 * message only for classes whose text quotes no data.
 */
export function databaseErrorLogFields(error: DatabaseError): Record<string, unknown> {
  const fields: Record<string, unknown> = { error: error.name, errorMessage: error.message };
  if (error.outcomeUnknown) fields.outcomeUnknown = true;
  const cause = error.cause instanceof DatabaseError ? error.cause.cause : error.cause;
  for (const name of ['constraint', 'table', 'column', 'schema'] as const) {
    const value = stringProperty(cause, name);
    if (value !== undefined) fields[name] = value;
  }
  if (error.sqlState !== undefined) fields.sqlState = error.sqlState;
  if (cause instanceof Error && quotesNoData(error.sqlState)) fields.cause = cause.message;
  return fields;
}

const FACTS = ['code', 'severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine'] as const;

function withoutData(cause: unknown): unknown {
  const sqlState = sqlStateOf(cause);
  if (quotesNoData(sqlState)) return cause;
  const facts = FACTS.flatMap((name) => {
    const value = stringProperty(cause, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const shown = new Error(`PostgreSQL's own text may quote values, and is left out (${sqlState}).`);
  return Object.assign(shown, Object.fromEntries(facts));
}

/** Class 22 (data exception), 23 (constraint) and P0 (raised in PL/pgSQL) may quote values in their message. */
function quotesNoData(sqlState: string | undefined): boolean {
  return sqlState === undefined || !/^(22|23|P0)/.test(sqlState);
}

function sqlStateOf(error: unknown): string | undefined {
  const code = stringProperty(error, 'code');
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !isNetworkCode(code) ? code : undefined;
}

function isNetworkError(error: unknown): boolean {
  const code = stringProperty(error, 'code');
  return code !== undefined && isNetworkCode(code);
}

/** Node's codes for sockets and TLS, such as ECONNRESET, EPIPE, ENOTFOUND, ERR_TLS_CERT_ALTNAME_INVALID. */
function isNetworkCode(code: string): boolean {
  return /^(E[A-Z_]{3,}|ERR_(TLS|SSL|SOCKET)_|[A-Z_]*CERT[A-Z_]*$|UNABLE_TO_)/.test(code);
}

function stringProperty(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const property = (value as Record<string, unknown>)[name];
  return typeof property === 'string' ? property : undefined;
}
