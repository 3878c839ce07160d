import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toDatabaseError } from '@vpc-postgres/lambda/database/errors.js';
import { InvalidIdentityError } from '@vpc-postgres/lambda/database/identity.js';
import { toResolverError } from '@vpc-postgres/lambda/graphql/errors.js';
import { expect, test } from 'vitest';
import { SQLSTATES } from '../../support/sqlstates.js';

/** docs/errors.md is what authors of clients rely on. */
const document = await readFile(join(import.meta.dirname, '../../../../docs/errors.md'), 'utf8');

const resolverErrorOf = (error: unknown) => toResolverError(error, { requestId: 'r', constraints: {} });
const typeOf = (error: unknown) => resolverErrorOf(error).type;
const ofSqlState = (code: string, severity: string) =>
  toDatabaseError(Object.assign(new Error('x'), { code, severity }));

const rows = document
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, text = '', sqlStates = '', errorType = '', errorInfo = '']) => ({
    text,
    sqlStates: sqlStates.match(/\b[0-9A-Z]{2,5}\b/g) ?? [],
    type: /`(\w+)`/.exec(errorType)?.[1],
    isOutcomeUnknown: errorInfo.includes('outcomeUnknown'),
  }));

const rowSaying = (text: string) => rows.find((row) => row.text.includes(text));

/** The row with the longest SQLSTATE that fits. */
function rowOf(sqlState: string) {
  const fitting = rows.flatMap((row) =>
    row.sqlStates.filter((prefix) => sqlState.startsWith(prefix)).map((prefix) => ({ row, prefix })),
  );
  return fitting.sort((left, right) => right.prefix.length - left.prefix.length)[0]?.row ?? rowSaying('anything else');
}

test('every SQLSTATE of the document is one of PostgreSQL 17, or a class of it', () => {
  const unknown = rows
    .flatMap(({ sqlStates }) => sqlStates)
    .filter((prefix) => !SQLSTATES.some((code) => code.startsWith(prefix)));

  expect(unknown).toEqual([]);
});

test('every SQLSTATE of PostgreSQL 17 has the errorType of the document', () => {
  const errorTypeOf = (code: string) => {
    const { type, info } = resolverErrorOf(ofSqlState(code, 'ERROR'));
    return [code, type, info?.outcomeUnknown ?? false];
  };

  expect(SQLSTATES.length).toBeGreaterThan(240);
  expect(SQLSTATES.map(errorTypeOf)).toEqual(
    SQLSTATES.map((code) => [code, rowOf(code)?.type, rowOf(code)?.isOutcomeUnknown]),
  );
});

test('every SQLSTATE of severity FATAL has the errorType of the document', () => {
  const login = /rejected: ([^.]*)\./.exec(document)?.[1]?.match(/[0-9A-Z]{2,5}/g) ?? [];
  const typeInDocument = (code: string) => {
    const type = rowOf(code)?.type;
    return type === 'InternalError' && !login.some((prefix) => code.startsWith(prefix)) ? 'DatabaseUnavailable' : type;
  };

  expect(login).toHaveLength(7);
  expect(SQLSTATES.map((code) => [code, typeOf(ofSqlState(code, 'FATAL'))])).toEqual(
    SQLSTATES.map((code) => [code, typeInDocument(code)]),
  );
});

test('other failures have the errorType of the document', () => {
  expect(typeOf(new InvalidIdentityError('x'))).toBe(rowSaying('no user of the pool')?.type);
  expect(typeOf(new Error('x'))).toBe(rowSaying('anything else')?.type);
  expect(typeOf(toDatabaseError(new Error('Query read timeout')))).toBe(rowOf('57014')?.type);
  expect(typeOf(toDatabaseError(new Error('Connection terminated')))).toBe(rowOf('08006')?.type);
});
