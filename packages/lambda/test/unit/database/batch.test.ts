import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { Batch, bindValues, checkNodePostgres } from '../../../src/database/batch.js';

describe('node-postgres', () => {
  test('is the version whose internals packages/lambda/src/database/batch.ts was written for', () => {
    const require = createRequire(import.meta.url);
    const { version } = JSON.parse(readFileSync(require.resolve('pg/package.json'), 'utf8'));

    expect(version).toBe('8.23.1');
    expect(() => checkNodePostgres()).not.toThrow();
  });

  test.each([
    ['Connection.sync', { Connection: { prototype: prototypeWithout(pg.Connection, 'sync') } }],
    ['Result.parseRow', { Result: { prototype: prototypeWithout(pg.Result, 'parseRow') } }],
    ['utils.prepareValue', { utils: {} }],
    ['Client.getTransactionStatus', { Client: { prototype: {} } }],
  ])('without %s is refused before a connection is opened, by that name', (name, change) => {
    expect(() => checkNodePostgres({ ...pg, ...change })).toThrow(name);
  });
});

describe('a value that cannot be sent', () => {
  const CANARY = 'a-value-that-must-not-be-quoted';
  test.each([
    ['a BigInt in an object', { amount: 1n }],
    ['an object that contains itself', circular()],
    [
      'an object whose toJSON throws',
      {
        toJSON() {
          throw new RangeError(CANARY);
        },
      },
    ],
    ['half a surrogate pair', `${CANARY}\ud800`],
    ['half a surrogate pair in an array', [[`${CANARY}\udc00`]]],
  ])('%s is refused by its place, and not quoted', (_, value) => {
    const bind = () => bindValues('select $1, $2', ['x', value]);

    expect(bind).toThrow(expect.objectContaining({ name: 'DatabaseStatementError' }));
    expect(bind).toThrow('$2');
    expect(bind).not.toThrow(CANARY);
  });

  test('more values than the protocol counts are refused', () => {
    expect(bindValues('select', Array(65_535).fill(null)).values).toHaveLength(65_535);
    expect(() => bindValues('select', Array(65_536).fill(null))).toThrow('65536 values');
  });

  test('what PostgreSQL stores is what node-postgres sends for it', () => {
    const values = [null, undefined, 1, true, 'x', [1, [2, null]], { a: [1] }, Buffer.from('b'), 10n, '\ud83d\ude00'];

    expect(bindValues('select', values).values).toEqual([
      null,
      null,
      '1',
      'true',
      'x',
      '{"1",{"2",NULL}}',
      '{"a":[1]}',
      Buffer.from('b'),
      '10',
      '\ud83d\ude00',
    ]);
  });
});

test('a row that a type parser cannot read is the error of the batch, and not an uncaught exception', () => {
  const responses: unknown[] = [];
  const batch = new Batch([bindValues('select')], (response) => responses.push(response));
  const field = { name: 'broken', dataTypeID: 114, format: 'text' };

  batch.handleRowDescription({ fields: [field] });
  batch.handleDataRow({ fields: ['{'] });
  batch.handleCommandComplete({ text: 'SELECT 1' });
  batch.handleReadyForQuery();

  expect(responses).toEqual([
    { results: [expect.objectContaining({ command: 'SELECT' })], isComplete: false, error: expect.any(SyntaxError) },
  ]);
});

function prototypeWithout({ prototype }: { prototype: object }, method: string): object {
  const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== method);
  return Object.fromEntries(names.map((name) => [name, Reflect.get(prototype, name)]));
}

function circular(): object {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}
