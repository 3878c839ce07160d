import { inspect } from 'node:util';
import { SQLSTATES } from '@vpc-postgres/testing/support/sqlstates.js';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { databaseErrorLogFields, toDatabaseError, withUnknownOutcome } from '../../../src/database/errors.js';

function postgresError(code: string, fields: Record<string, string> = {}): pg.DatabaseError {
  const error = new pg.DatabaseError('message of PostgreSQL', 0, 'error');
  return Object.assign(error, { code, severity: 'ERROR' }, fields);
}

function networkError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe('toDatabaseError', () => {
  test.each([
    ['57014', 'DatabaseTimeoutError'],
    ['25P03', 'DatabaseTimeoutError'],
    ['25P04', 'DatabaseTimeoutError'],
    ['40001', 'DatabaseConflictError'],
    ['40P01', 'DatabaseConflictError'],
    ['55P03', 'DatabaseConflictError'],
    ['23505', 'ConstraintViolationError'],
    ['23P01', 'ConstraintViolationError'],
    ['08000', 'DatabaseUnavailableError'],
    ['53300', 'DatabaseUnavailableError'],
    ['57P01', 'DatabaseUnavailableError'],
    ['57P03', 'DatabaseUnavailableError'],
    ['28000', 'DatabaseAccessError'],
    ['28P01', 'DatabaseAccessError'],
    ['3D000', 'DatabaseAccessError'],
    ['57P04', 'DatabaseAccessError'],
    ['42501', 'DatabaseAccessError'],
    ['08P01', 'DatabaseStatementError'],
    ['25006', 'DatabaseStatementError'],
    ['25P02', 'DatabaseStatementError'],
    ['42P01', 'DatabaseStatementError'],
    ['22P02', 'DatabaseStatementError'],
    ['53400', 'DatabaseStatementError'],
    ['58P01', 'DatabaseStatementError'],
    ['XX000', 'DatabaseStatementError'],
    ['EMPTY', 'DatabaseStatementError'],
    ['ECERT', 'DatabaseStatementError'],
  ])('maps SQLSTATE %s of severity ERROR to %s', (code, name) => {
    const error = toDatabaseError(postgresError(code));

    expect(error.name).toBe(name);
    expect(error.sqlState).toBe(code);
  });

  test.each([
    ['08P01', 'DatabaseUnavailableError'],
    ['53400', 'DatabaseUnavailableError'],
    ['XX000', 'DatabaseUnavailableError'],
    ['0A000', 'DatabaseAccessError'],
    ['22023', 'DatabaseAccessError'],
    ['55000', 'DatabaseAccessError'],
    ['25P04', 'DatabaseTimeoutError'],
  ])('maps SQLSTATE %s of severity FATAL to %s', (code, name) => {
    expect(toDatabaseError(postgresError(code, { severity: 'FATAL' })).name).toBe(name);
  });

  test.each(['53000', '53100', '53200'])('of memory and disk space, %s says no word of connections', (code) => {
    const error = toDatabaseError(postgresError(code));

    expect(error).toMatchObject({
      name: 'DatabaseUnavailableError',
      message: expect.not.stringContaining('connection'),
    });
  });

  test.each(['08007', '40003'])('SQLSTATE %s is an unknown outcome', (code) => {
    expect(toDatabaseError(postgresError(code))).toMatchObject({
      name: 'DatabaseUnavailableError',
      outcomeUnknown: true,
    });
  });

  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EPROTO',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_STREAM_DESTROYED',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CERT_HAS_EXPIRED',
    'HOSTNAME_MISMATCH',
  ])('maps the network error %s to DatabaseUnavailableError', (code) => {
    const error = toDatabaseError(networkError(code));

    expect(error.name).toBe('DatabaseUnavailableError');
    expect(error.sqlState).toBeUndefined();
  });

  test.each(['ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE'])('Node’s %s is a bug, and no lost connection', (code) => {
    expect(toDatabaseError(networkError(code)).name).toBe('DatabaseStatementError');
  });

  test('does not wrap twice', () => {
    const once = toDatabaseError(postgresError('40001'));

    expect(toDatabaseError(once)).toBe(once);
  });
});

/** What PostgreSQL sends with a message that quotes `value`. */
const quoting = (value: string) => ({
  message: `invalid input syntax for type uuid: "${value}"`,
  detail: `Key (customer_sub)=(${value}) already exists.`,
  hint: `Did you mean ${value}?`,
  internalQuery: `select '${value}'`,
});

describe('the cause of an error', () => {
  test.each(SQLSTATES)('of SQLSTATE %s that a function raised has no text of PostgreSQL', (code) => {
    const where = "PL/pgSQL function f(text) line 1 at RAISE, portal parameter $1 = 'alice-secret'";
    const error = toDatabaseError(
      postgresError(code, { ...quoting('alice-secret'), where, routine: 'exec_stmt_raise', constraint: 'orders_pkey' }),
    );

    expect(inspect(error, { depth: 5, showHidden: true })).not.toContain('alice-secret');
    expect(error.cause).toMatchObject({
      code,
      severity: 'ERROR',
      routine: 'exec_stmt_raise',
      constraint: 'orders_pkey',
    });
    expect(JSON.stringify(databaseErrorLogFields(error))).not.toContain('alice-secret');
  });

  test.each(['22P02', '23505', '42883', '42P01', '42704', 'P0001', '3D000', '08003', 'XX000', 'EMPTY'])(
    'of SQLSTATE %s has no text, where it might quote a value',
    (code) => {
      const error = toDatabaseError(postgresError(code, { message: 'no "alice-secret"', hint: 'alice-secret' }));

      expect(inspect(error, { depth: 5, showHidden: true })).not.toContain('alice-secret');
      expect(error.cause).toHaveProperty('message', expect.stringContaining('left out'));
    },
  );

  test.each([
    ['57014', 'canceling statement due to statement timeout', 'ProcessInterrupts'],
    ['28P01', 'The IAM authentication failed for the role app.', undefined],
    ['08000', 'Timed-out waiting to acquire database connection.', undefined],
    ['42P01', 'relation "orders" does not exist', 'parserOpenTable'],
    ['42501', 'permission denied for table orders', 'aclcheck_error'],
  ])('of SQLSTATE %s keeps "%s"', (code, message, routine) => {
    const error = toDatabaseError(postgresError(code, { message, position: '15', ...(routine && { routine }) }));

    expect(error.cause).toMatchObject({ message, position: '15' });
    expect(databaseErrorLogFields(error)).toMatchObject({ cause: message, sqlState: code, position: '15' });
  });

  test('that is an error of the network is the original', () => {
    const original = networkError('ECONNRESET');

    expect(toDatabaseError(original).cause).toBe(original);
  });

  test('of an unknown kind keeps its name and where it was thrown, and loses its text', () => {
    let original: unknown;
    try {
      BigInt('alice-secret\n    at alice-secret');
    } catch (error) {
      original = error;
    }
    const error = toDatabaseError(original);

    expect(inspect(error, { depth: 5, showHidden: true })).not.toContain('alice-secret');
    expect(error.cause).toMatchObject({
      message: expect.stringContaining('SyntaxError'),
      stack: expect.stringContaining(import.meta.filename),
    });
  });
});

test('the log line of a constraint names it, and the one of a wrong statement shows which it was', () => {
  const constraint = toDatabaseError(postgresError('23505', { constraint: 'orders_pkey', table: 'orders' }));
  const statement = toDatabaseError(postgresError('42883', { routine: 'regprocin', position: '8' }));

  expect(databaseErrorLogFields(constraint)).toMatchObject({
    error: 'ConstraintViolationError',
    constraint: 'orders_pkey',
    table: 'orders',
    sqlState: '23505',
  });
  expect(databaseErrorLogFields(statement)).toMatchObject({
    routine: 'regprocin',
    position: '8',
    stack: expect.stringContaining(import.meta.filename),
  });
});

test.each([
  ['23505', 'DatabaseUnavailableError'],
  ['28P01', 'DatabaseUnavailableError'],
  ['08006', 'DatabaseUnavailableError'],
  ['57014', 'DatabaseTimeoutError'],
])('an error of SQLSTATE %s after an unknown outcome is %s, and keeps its facts for the log', (code, name) => {
  const error = withUnknownOutcome(toDatabaseError(postgresError(code, { constraint: 'orders_pkey' })));

  expect(error).toMatchObject({ name, sqlState: code, outcomeUnknown: true });
  expect(databaseErrorLogFields(error)).toMatchObject({
    sqlState: code,
    outcomeUnknown: true,
    constraint: 'orders_pkey',
  });
});

test('without an unknown outcome, an error says so', () => {
  const error = toDatabaseError(postgresError('23505'));

  expect(error.outcomeUnknown).toBe(false);
  expect(databaseErrorLogFields(error)).not.toHaveProperty('outcomeUnknown');
});
