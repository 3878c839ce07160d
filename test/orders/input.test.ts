import { InvalidInputError } from '@vpc-postgres/lambda/graphql/client-error.js';
import { describe, expect, test } from 'vitest';
import { assertOwn, readListRequest, readNewOrder, readOrderId } from '../../src/orders/input.js';
import { encodePageToken } from '../../src/orders/page-token.js';

const LINE = { sku: 'TEA-1', quantity: 2, unitPriceCents: 450 };
const ID = '0b8f0c5e-6c1d-4a57-9d43-0f6f4e3f8a11';

function problemsOf(attempt: () => unknown) {
  try {
    attempt();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map(({ field }) => field);
    throw error;
  }
  return [];
}

describe('readNewOrder', () => {
  test('accepts an order', () => {
    expect(readNewOrder({ currency: 'EUR', lines: [LINE] })).toEqual({
      idempotencyKey: null,
      currency: 'EUR',
      lines: [LINE],
    });
  });

  test('takes null for a key that is left out, as AppSync gives it', () => {
    const order = { currency: 'EUR', lines: [LINE] };

    expect(readNewOrder({ ...order, idempotencyKey: null })).toEqual(readNewOrder(order));
  });

  test('accepts a price of 0, and the largest order there may be', () => {
    const lines = Array.from({ length: 100 }, () => ({ sku: 'x'.repeat(64), quantity: 10_000, unitPriceCents: 2_147 }));

    expect(problemsOf(() => readNewOrder({ currency: 'EUR', lines }))).toEqual([]);
    expect(problemsOf(() => readNewOrder({ currency: 'EUR', lines: [{ ...LINE, unitPriceCents: 0 }] }))).toEqual([]);
  });

  test.each([
    ['no lines', { lines: [] }, ['lines']],
    ['101 lines', { lines: Array.from({ length: 101 }, () => LINE) }, ['lines']],
    ['quantity 0', { lines: [{ ...LINE, quantity: 0 }] }, ['lines[0].quantity']],
    ['a negative quantity', { lines: [{ ...LINE, quantity: -1 }] }, ['lines[0].quantity']],
    ['half a piece', { lines: [{ ...LINE, quantity: 0.5 }] }, ['lines[0].quantity']],
    ['too many pieces', { lines: [{ ...LINE, quantity: 10_001 }] }, ['lines[0].quantity']],
    ['NaN pieces', { lines: [{ ...LINE, quantity: Number.NaN }] }, ['lines[0].quantity']],
    ['a negative price', { lines: [{ ...LINE, unitPriceCents: -1 }] }, ['lines[0].unitPriceCents']],
    ['a blank sku', { lines: [{ ...LINE, sku: ' ' }] }, ['lines[0].sku']],
    ['a long sku', { lines: [{ ...LINE, sku: 'x'.repeat(65) }] }, ['lines[0].sku']],
    ['a total above 2^31 - 1', { lines: [{ ...LINE, quantity: 2, unitPriceCents: 2_000_000_000 }] }, ['lines']],
    ['an unknown currency', { currency: 'BTC' }, ['currency']],
    ['a currency in lower case', { currency: 'eur' }, ['currency']],
  ])('refuses %s', (_, args, fields) => {
    expect(problemsOf(() => readNewOrder({ currency: 'EUR', lines: [LINE], ...args }))).toEqual(fields);
  });

  test('reports all problems at once', () => {
    const lines = [LINE, { sku: '', quantity: 0, unitPriceCents: -1 }];

    expect(problemsOf(() => readNewOrder({ currency: 'BTC', lines }))).toEqual([
      'currency',
      'lines[1].sku',
      'lines[1].quantity',
      'lines[1].unitPriceCents',
    ]);
  });
});

describe('readOrderId', () => {
  test.each(['', '1', `${ID}x`, `'; drop table orders; --`])('refuses %s', (id) => {
    expect(problemsOf(() => readOrderId({ id }))).toEqual(['id']);
  });
});

describe('readListRequest', () => {
  test('lists 20 orders of any status by default', () => {
    expect(readListRequest({})).toEqual({ status: null, limit: 20, after: null });
    expect(readListRequest({ status: null, limit: null, nextToken: null })).toEqual(readListRequest({}));
  });

  test.each([0, -1, 101, 1.5])('refuses the limit %s', (limit) => {
    expect(problemsOf(() => readListRequest({ limit }))).toEqual(['limit']);
  });

  test('takes a nextToken of the same status', () => {
    const nextToken = encodePageToken({ orderId: ID, status: 'PLACED' });

    expect(readListRequest({ status: 'PLACED', nextToken }).after).toEqual({ orderId: ID, status: 'PLACED' });
  });

  test.each([
    ['empty', ''],
    ['not base64', '%%%'],
    ['not JSON', Buffer.from('x').toString('base64url')],
    ['another shape', Buffer.from('{"id":1}').toString('base64url')],
    ['another version', Buffer.from(JSON.stringify([2, ID, null])).toString('base64url')],
    ['no UUID', Buffer.from(JSON.stringify([1, "' or true --", null])).toString('base64url')],
    ['36 dashes in place of a UUID', Buffer.from(JSON.stringify([1, '-'.repeat(36), null])).toString('base64url')],
    [
      '36 characters of a UUID in another order',
      Buffer.from(JSON.stringify([1, ID.split('').sort().join(''), null])).toString('base64url'),
    ],
    ['an unknown status', Buffer.from(JSON.stringify([1, ID, 'LOST'])).toString('base64url')],
    ['padded', `${encodePageToken({ orderId: ID, status: null })}=`],
    ['very long', 'a'.repeat(100_000)],
  ])('refuses a nextToken that is %s', (_, nextToken) => {
    expect(problemsOf(() => readListRequest({ nextToken }))).toEqual(['nextToken']);
  });

  test('refuses the nextToken of another status', () => {
    const nextToken = encodePageToken({ orderId: ID, status: 'PLACED' });

    expect(problemsOf(() => readListRequest({ nextToken }))).toEqual(['nextToken']);
    expect(problemsOf(() => readListRequest({ nextToken, status: 'CANCELLED' }))).toEqual(['nextToken']);
  });
});

describe('assertOwn', () => {
  const caller = { sub: ID, groups: ['admins'], signal: AbortSignal.timeout(1000) };

  test('accepts the caller’s own user id', () => {
    expect(problemsOf(() => assertOwn(caller, { customerSub: ID }))).toEqual([]);
  });

  test.each(['', ID.toUpperCase(), '1f1b2c3d-6c1d-4a57-9d43-0f6f4e3f8a11'])(
    'refuses %j, of an admin too',
    (customerSub) => {
      expect(problemsOf(() => assertOwn(caller, { customerSub }))).toEqual(['customerSub']);
    },
  );
});
