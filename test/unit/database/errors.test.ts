import { inspect } from 'node:util';
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
    ['40001', 'DatabaseConflictError'],
    ['40P01', 'DatabaseConflictError'],
    ['55P03', 'DatabaseConflictError'],
    ['23505', 'ConstraintViolationError'],
    ['08000', 'DatabaseUnavailableError'],
    ['53300', 'DatabaseUnavailableError'],
    ['57P01', 'DatabaseUnavailableError'],
    ['57P03', 'DatabaseUnavailableError'],
    ['28000', 'DatabaseAccessError'],
    ['28P01', 'DatabaseAccessError'],
    ['3D000', 'DatabaseAccessError'],
    ['42501', 'DatabaseAccessError'],
    ['42P01', 'DatabaseStatementError'],
    ['22P02', 'DatabaseStatementError'],
  ])('maps SQLSTATE %s to %s', (code, name) => {
    const error = toDatabaseError(postgresError(code));

    expect(error.name).toBe(name);
    expect(error.sqlState).toBe(code);
  });

  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CERT_HAS_EXPIRED',
  ])('maps the network error %s to DatabaseUnavailableError', (code) => {
    const error = toDatabaseError(networkError(code));

    expect(error.name).toBe('DatabaseUnavailableError');
    expect(error.sqlState).toBeUndefined();
  });

  test.each([
    ['Query read timeout', 'DatabaseTimeoutError'],
    ['timeout exceeded when trying to connect', 'DatabaseUnavailableError'],
    ['Connection terminated unexpectedly', 'DatabaseUnavailableError'],
    ['Connection terminated due to connection timeout', 'DatabaseUnavailableError'],
    ['Client has encountered a connection error and is not queryable', 'DatabaseUnavailableError'],
    ['something else', 'DatabaseStatementError'],
  ])('maps node-postgres\'s "%s" to %s', (message, name) => {
    expect(toDatabaseError(new Error(message)).name).toBe(name);
  });

  test('keeps the original as cause, and does not wrap twice', () => {
    const original = postgresError('40001');
    const once = toDatabaseError(original);

    expect(once.cause).toBe(original);
    expect(toDatabaseError(once)).toBe(once);
  });
});

test.each(['22P02', '23505', 'P0001'])('printed with its cause, an error of %s shows no value', (code) => {
  const error = toDatabaseError(
    postgresError(code, {
      message: 'invalid input syntax for type uuid: "alice-secret"',
      detail: 'Key (customer_sub)=(alice-secret) already exists.',
      where: "portal parameter $1 = 'alice-secret'",
      constraint: 'orders_pkey',
    }),
  );

  const printed = inspect(error, { depth: 5 });

  expect(printed).not.toContain('alice-secret');
  expect(error.cause).toMatchObject({ code, constraint: 'orders_pkey' });
  expect(printed).toContain(`may quote values, and is left out (${code})`);
});

describe('databaseErrorLogFields', () => {
  test('names the constraint, and leaves out the values that PostgreSQL quotes', () => {
    const error = toDatabaseError(
      postgresError('23505', {
        message: 'duplicate key value violates unique constraint "orders_pkey"',
        detail: 'Key (customer_sub)=(alice-secret) already exists.',
        constraint: 'orders_pkey',
        table: 'orders',
      }),
    );

    const fields = databaseErrorLogFields(error);

    expect(fields).toMatchObject({ error: 'ConstraintViolationError', constraint: 'orders_pkey', sqlState: '23505' });
    expect(JSON.stringify(fields)).not.toContain('alice-secret');
  });

  test('leaves out the message of data exceptions, which quotes the parameter', () => {
    const error = toDatabaseError(
      postgresError('22P02', { message: 'invalid input syntax for type uuid: "alice-secret"' }),
    );

    expect(JSON.stringify(databaseErrorLogFields(error))).not.toContain('alice-secret');
  });

  test('keeps the message of a statement that names a missing table', () => {
    const error = toDatabaseError(postgresError('42P01', { message: 'relation "orders" does not exist' }));

    expect(databaseErrorLogFields(error).cause).toBe('relation "orders" does not exist');
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
