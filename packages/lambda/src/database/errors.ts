/**
 * Turns what PostgreSQL, node-postgres and the network throw into a few errors that callers can tell apart. An error's cause has
 * the text of the original only where that is known to quote no value of a statement: what prints an error prints its cause, too.
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
    super(message, { cause: withoutValues(cause) });
    this.sqlState = cause instanceof DatabaseError ? cause.sqlState : isPostgresError(cause) ? cause.code : undefined;
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

type ErrorClass = new (message: string, cause: unknown, options?: DatabaseErrorOptions) => DatabaseError;

const UNKNOWN_OUTCOME: DatabaseErrorOptions = { outcomeUnknown: true };

/** By SQLSTATE and severity, as in "08P01 FATAL". The first that fits decides; what fits none is a fault of the statement. */
const BY_SQLSTATE: readonly [
  pattern: RegExp,
  errorClass: ErrorClass,
  message: string,
  options?: DatabaseErrorOptions,
][] = [
  [/^57014/, DatabaseTimeoutError, 'PostgreSQL cancelled the statement.'],
  [/^25P0[34]/, DatabaseTimeoutError, 'PostgreSQL ended a transaction that took too long.'],
  [/^55P03/, DatabaseConflictError, 'A lock was not to be had in time.'],
  [/^(08007|40003)/, DatabaseUnavailableError, 'The transaction might have been committed.', UNKNOWN_OUTCOME],
  [/^40/, DatabaseConflictError, 'The transaction lost against a concurrent one.'],
  [/^(3D|57P04)/, DatabaseAccessError, 'The database does not exist.'],
  // FATAL are the options and the state of the database that a login is refused for.
  [/^28|^(0A|22|42|55000).* FATAL$/, DatabaseAccessError, 'The database refused the login.'],
  [/^42501/, DatabaseAccessError, 'The database user lacks a privilege, or a policy refused the row.'],
  [/^53300/, DatabaseUnavailableError, 'The database has no room for another connection.'],
  [/^53[0-2]/, DatabaseUnavailableError, 'The database is out of memory or disk space.'],
  // Of severity ERROR, 08P01 is a wrong number of values.
  [/^(08(?!P01 ERROR)|HV00N)/, DatabaseUnavailableError, 'The connection to the database failed.'],
  [/^57/, DatabaseUnavailableError, 'The database is starting, stopping or failing over.'],
  [/^580/, DatabaseUnavailableError, 'The database has a system error.'],
  [/ (FATAL|PANIC)$/, DatabaseUnavailableError, 'The database ended the connection.'],
];

/** Messages of errors that node-postgres makes itself, without a code. A test compares them with its source. */
const CLIENT_TIMEOUT = /^Query read timeout$/;
const LOGIN_FAILED = /^(SASL: |Password must be a string$)/;
const CONNECTION_LOST =
  /^(timeout exc|timeout expired|Connection terminated|Client has enc|Client was closed|The server does not support SSL|There was an error establishing an SSL|Received unexpected |received invalid response)/;

/** Node's codes for sockets and TLS, such as ECONNRESET, ERR_TLS_CERT_ALTNAME_INVALID and UNABLE_TO_VERIFY_LEAF_SIGNATURE. */
const NETWORK_CODE =
  /^(E(?!RR_)|ERR_(TLS|SSL|OSSL|SOCKET|STREAM)_|UNABLE_TO_|CRL_|HOSTNAME_|INVALID_(CA|PURPOSE)|PATH_LENGTH_|OUT_OF_MEM)|CERT/;

export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (isPostgresError(error)) return ofPostgres(error);
  const message = messageOf(error);
  if (CLIENT_TIMEOUT.test(message)) return new DatabaseTimeoutError('The statement took too long.', error);
  if (LOGIN_FAILED.test(message)) return new DatabaseAccessError('The login could not be completed.', error);
  if (isConnectionLost(error)) return new DatabaseUnavailableError('The connection to the database failed.', error);
  return new DatabaseStatementError('The statement could not be run.', error);
}

function ofPostgres(error: PostgresError): DatabaseError {
  const { code, severity, constraint = 'unnamed' } = error;
  if (/^(23|40002)/.test(code)) return new ConstraintViolationError(constraint, error);
  const found = BY_SQLSTATE.find(([pattern]) => pattern.test(`${code} ${severity}`));
  if (found === undefined) return new DatabaseStatementError(`PostgreSQL refused the statement (${code}).`, error);
  const [, errorClass, message, options] = found;
  return new errorClass(message, error, options);
}

/**
 * The error to throw in place of `error` when the transaction, or an earlier attempt at it, might have been committed: a
 * DatabaseTimeoutError stays one, and any other becomes DatabaseUnavailableError. Its cause is `error`.
 */
export function withUnknownOutcome(error: DatabaseError): DatabaseError {
  const message = 'The connection to the database was lost, and the transaction might have been committed.';
  return error instanceof DatabaseTimeoutError
    ? new DatabaseTimeoutError(
        'The time was up, and the transaction might have been committed.',
        error,
        UNKNOWN_OUTCOME,
      )
    : new DatabaseUnavailableError(message, error, UNKNOWN_OUTCOME);
}

/** The facts of an error that are safe to log: class names, SQLSTATE, names of objects, and no value of a statement. */
export function databaseErrorLogFields(error: DatabaseError): Record<string, unknown> {
  const fields: Record<string, unknown> = { error: error.name, errorMessage: error.message };
  if (error.outcomeUnknown) fields.outcomeUnknown = true;
  if (error.sqlState !== undefined) fields.sqlState = error.sqlState;
  let { cause } = error;
  while (cause instanceof DatabaseError) cause = cause.cause;
  if (cause instanceof Error) Object.assign(fields, factsOf(cause), { cause: cause.message });
  if (error instanceof DatabaseStatementError) fields.stack = error.stack;
  return fields;
}

/** As node-postgres has it. PostgreSQL's `detail`, `hint`, `where` and `internalQuery` quote rows and values. */
interface PostgresError extends Error {
  readonly code: string;
  readonly severity: string;
  readonly constraint?: string;
  readonly routine?: string;
  readonly where?: string;
  readonly internalQuery?: string;
}

/** Whether node-postgres received it. Node.js's errors have a code as well, which any five letters can be, but no severity. */
export function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && typeof (error as Partial<PostgresError>).severity === 'string';
}

function isConnectionLost(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return CONNECTION_LOST.test(messageOf(error)) || (typeof code === 'string' && NETWORK_CODE.test(code));
}

/** The name of an object in RAISE … USING CONSTRAINT, TABLE and so on is its author's: no value belongs there. */
const FACTS = ['severity', 'routine', 'position', 'schema', 'table', 'column', 'dataType', 'constraint'] as const;

function factsOf(error: Error): Record<string, string> {
  const entries = FACTS.map((name) => [name, (error as unknown as Record<string, unknown>)[name]] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [(typeof FACTS)[number], string] => typeof entry[1] === 'string'),
  );
}

function withoutValues(cause: unknown): unknown {
  if (isPostgresError(cause)) {
    const text = quotesNoValue(cause) ? cause.message : 'PostgreSQL’s text might quote values and is left out.';
    return Object.assign(new Error(text), { code: cause.code }, factsOf(cause));
  }
  if (!(cause instanceof Error)) return undefined;
  if (cause instanceof DatabaseError) return cause;
  const { name, message, stack = '' } = cause;
  if (CLIENT_TIMEOUT.test(message) || LOGIN_FAILED.test(message) || isConnectionLost(cause)) return cause;
  const shown = new Error(`The text of this ${name} might quote values and is left out.`);
  const at = stack.indexOf(message);
  shown.stack = `${shown}${at < 0 ? '' : stack.slice(at + message.length)}`;
  return shown;
}

/** SQLSTATEs whose text is about the connection or the transaction. */
const ABOUT_NO_VALUE = /^(08000|08P01|25006|25P0[2-4]|28|40001|40P01|53[2-4]00|55P03|57014|57P)/;
/** The functions of PostgreSQL that read a statement, before it has values, and that check privileges and policies. */
const READS_NO_VALUE =
  /^(scanner_yyerror|parserOpenTable|errorMissing(RTE|Column)|ParseFuncOrColumn|op_error|transformAssignedExpr|exec_parse_message|aclcheck_error|ExecWithCheckOptions|InitPostgres|CheckMyDatabase)$/;

/** In a function, RAISE gives any text any SQLSTATE, and a statement can be made of values: then there is a `where`. */
function quotesNoValue({ code, routine = '', where, internalQuery }: PostgresError): boolean {
  return (
    where === undefined && internalQuery === undefined && (ABOUT_NO_VALUE.test(code) || READS_NO_VALUE.test(routine))
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
