import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toDatabaseError } from '../../../src/database/errors.js';
import { InvalidIdentityError } from '../../../src/database/identity.js';
import { toResolverError } from '../../../src/graphql/errors.js';

/** docs/errors.md is what authors of clients rely on. */
const document = await readFile(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');

const typeOf = (error: unknown) => toResolverError(error, { reference: 'r', constraints: {} }).type;
const ofSqlState = (code: string) => toDatabaseError(Object.assign(new Error('x'), { code, severity: 'ERROR' }));

function typeInDocument(text: string): string | undefined {
  const row = document.split('\n').find((line) => line.startsWith('|') && line.includes(text));
  return /`(\w+)`/.exec(row?.split('|')[2] ?? '')?.[1];
}

test.each([
  ['08006', '08, 53, 57, 58'],
  ['53300', '08, 53, 57, 58'],
  ['57P01', '08, 53, 57, 58'],
  ['58030', '08, 53, 57, 58'],
  ['57014', '57014, 25P03'],
  ['25P03', '57014, 25P03'],
  ['40001', 'class 40, 55P03'],
  ['40P01', 'class 40, 55P03'],
  ['55P03', 'class 40, 55P03'],
  ['23505', 'class 23'],
  ['28000', '28, 3D000, 42501'],
  ['3D000', '28, 3D000, 42501'],
  ['42501', '28, 3D000, 42501'],
  ['42601', '28, 3D000, 42501'],
  ['22003', '28, 3D000, 42501'],
  ['XX000', '28, 3D000, 42501'],
])('SQLSTATE %s has the type that the document says', (sqlState, text) => {
  expect(typeInDocument(text)).toBeDefined();
  expect(typeOf(ofSqlState(sqlState))).toBe(typeInDocument(text));
});

test('so have other failures', () => {
  expect(typeOf(new InvalidIdentityError('x'))).toBe(typeInDocument('no user of the pool'));
  expect(typeOf(new Error('x'))).toBe(typeInDocument('anything else'));
  expect(typeOf(toDatabaseError(new Error('Query read timeout')))).toBe(typeInDocument('57014'));
});
