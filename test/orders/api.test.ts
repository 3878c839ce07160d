import { startTestStack, type TestStack, whyNoPostgres } from '@vpc-postgres/local-stack/test-stack.js';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localApp } from '../../local.config.js';

/** The whole path: GraphQL over HTTP, the bundle in its own process, TLS and IAM token, PostgreSQL. */
let stack: TestStack;
let superuser: pg.Client;

const missing = await whyNoPostgres();

beforeAll(async () => {
  if (missing !== undefined) return console.warn(missing);
  stack = await startTestStack(localApp);
  superuser = await stack.connect('postgres');
});
afterAll(async () => {
  await superuser?.end();
  await stack?.stop();
});
beforeEach(async ({ skip }) => {
  skip(missing !== undefined, missing);
  await superuser.query('truncate orders cascade');
});

interface Order {
  id: string;
  status: string;
  currency: string;
  totalCents: number;
  lines: { sku: string; quantity: number; unitPriceCents: number }[];
  createdAt: string;
}

const ORDER = 'id status currency totalCents lines { sku quantity unitPriceCents } createdAt';
const CREATE = `mutation ($currency: String!, $lines: [OrderLineInput!]!) {
  createOrder(currency: $currency, lines: $lines) { ${ORDER} } }`;
const CANCEL = `mutation ($id: ID!) { cancelOrder(id: $id) { ${ORDER} } }`;
const GET = `query ($id: ID!) { getOrder(id: $id) { ${ORDER} } }`;
const LIST = `query ($status: OrderStatus, $limit: Int, $nextToken: String) {
  listOrders(status: $status, limit: $limit, nextToken: $nextToken) { items { ${ORDER} } nextToken } }`;
const TOTALS = '{ orderTotals { currency orderCount totalCents } }';

const TEA = { sku: 'TEA', quantity: 2, unitPriceCents: 1290 };
const POT = { sku: 'POT', quantity: 1, unitPriceCents: 3400 };

async function place(username: string, currency = 'EUR', lines = [TEA, POT]): Promise<Order> {
  const { data, errors } = await stack.ask(username, CREATE, { currency, lines });
  expect(errors).toEqual([]);
  return data?.createOrder as Order;
}

async function list(username: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await stack.ask(username, LIST, variables);
  expect(errors).toEqual([]);
  return data?.listOrders as { items: Order[]; nextToken: string | null };
}

async function countOrders(): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>('select count(*)::int as count from orders');
  return rows[0]?.count ?? Number.NaN;
}

test('an order that was placed can be read back', async () => {
  const created = await place('alice');

  expect(created).toMatchObject({ status: 'PLACED', currency: 'EUR', totalCents: 2 * 1290 + 3400, lines: [TEA, POT] });
  expect((await stack.ask('alice', GET, { id: created.id })).data?.getOrder).toEqual(created);
});

test('a customer sees only their own orders', async () => {
  const { id } = await place('alice');
  await place('bob');

  expect((await stack.ask('bob', GET, { id })).data).toEqual({ getOrder: null });
  expect((await list('alice')).items.map((order) => order.id)).toEqual([id]);
  expect((await stack.ask('bob', CANCEL, { id })).errors).toMatchObject([{ errorType: 'OrderNotFound' }]);
  expect((await list('alice')).items[0]?.status).toBe('PLACED');
});

test('an order is cancelled once', async () => {
  const { id } = await place('alice');

  expect((await stack.ask('alice', CANCEL, { id })).data?.cancelOrder).toMatchObject({
    id,
    status: 'CANCELLED',
    lines: [TEA, POT],
  });
  expect((await stack.ask('alice', CANCEL, { id })).errors).toMatchObject([{ errorType: 'OrderAlreadyCancelled' }]);
});

test('admins, and nobody else, see totals over all customers, beyond the range of GraphQL’s Int', async () => {
  const large = [{ sku: 'SHIP', quantity: 1, unitPriceCents: 2_147_483_647 }];
  await place('alice', 'EUR', large);
  await place('bob', 'EUR', large);
  await place('bob', 'USD');

  const { data } = await stack.ask('carol', TOTALS);

  expect(data?.orderTotals).toEqual([
    { currency: 'EUR', orderCount: 2, totalCents: 4_294_967_294 },
    { currency: 'USD', orderCount: 1, totalCents: 5_980 },
  ]);
  expect((await stack.ask('alice', TOTALS)).errors).toMatchObject([{ errorType: 'Unauthorized' }]);
});

describe('an idempotencyKey', () => {
  const CREATE_ONCE = `mutation ($currency: String!, $lines: [OrderLineInput!]!, $key: String) {
    createOrder(currency: $currency, lines: $lines, idempotencyKey: $key) { ${ORDER} } }`;
  const placeOnce = (username: string, key: string | null, currency = 'EUR', lines = [TEA]) =>
    stack.ask(username, CREATE_ONCE, { currency, lines, key });

  test('makes a repeat return the first order', async () => {
    const first = await placeOnce('alice', 'cart-1');
    const repeat = await placeOnce('alice', 'cart-1');

    expect(first.errors).toEqual([]);
    expect(repeat.data).toEqual(first.data);
    expect(await countOrders()).toBe(1);
  });

  test('places one order, however many requests carry it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => placeOnce('alice', 'cart-1')));

    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(await countOrders()).toBe(1);
  });

  test.each([
    ['another currency', 'USD', [TEA]],
    ['other lines', 'EUR', [POT]],
    ['one line more', 'EUR', [TEA, POT]],
  ])('does not serve for an order with %s', async (_, currency, lines) => {
    await placeOnce('alice', 'cart-1');

    const { errors } = await placeOnce('alice', 'cart-1', currency, lines);

    expect(errors).toMatchObject([{ errorType: 'IdempotencyKeyReused' }]);
    expect(await countOrders()).toBe(1);
  });

  test('is the caller’s own: another customer may use the same', async () => {
    const alices = await placeOnce('alice', 'cart-1');
    const bobs = await placeOnce('bob', 'cart-1');

    expect(bobs.errors).toEqual([]);
    expect(bobs.data).not.toEqual(alices.data);
  });

  test('is not needed: without one, a repeat is another order', async () => {
    await placeOnce('alice', null);
    await placeOnce('alice', null);

    expect(await countOrders()).toBe(2);
  });
});

test('admins see totals, and in their lists no orders but their own', async () => {
  await place('alice');
  const own = await place('carol');

  const { data } = await stack.ask('carol', LIST);

  expect(data?.listOrders).toMatchObject({ items: [own] });
});

describe('listOrders', () => {
  test('gives every order once, newest first, page by page, while others are being placed', async () => {
    const placed: string[] = [];
    for (let count = 0; count < 7; count += 1) placed.push((await place('alice')).id);

    const first = await list('alice', { limit: 3 });
    await place('alice');
    const second = await list('alice', { limit: 3, nextToken: first.nextToken });
    const third = await list('alice', { limit: 3, nextToken: second.nextToken });

    const seen = [...first.items, ...second.items, ...third.items].map(({ id }) => id);
    expect(seen).toEqual(placed.toReversed());
    expect(third.nextToken).toBeNull();
  });

  test('tells orders apart that were placed in the same microsecond', async () => {
    const placed = await Promise.all(Array.from({ length: 5 }, () => place('alice')));
    await superuser.query("update orders set created_at = '2026-01-01T00:00:00Z'");

    const first = await list('alice', { limit: 2 });
    const second = await list('alice', { limit: 2, nextToken: first.nextToken });
    const third = await list('alice', { limit: 2, nextToken: second.nextToken });

    const seen = [...first.items, ...second.items, ...third.items].map(({ id }) => id);
    expect(seen.toSorted()).toEqual(placed.map(({ id }) => id).toSorted());
  });

  test('filters by status', async () => {
    const { id } = await place('alice');
    await place('alice');
    await stack.ask('alice', CANCEL, { id });

    expect((await list('alice', { status: 'CANCELLED' })).items.map((order) => order.id)).toEqual([id]);
    expect((await list('alice', { status: 'PLACED' })).items).toHaveLength(1);
  });

  test('ends without a token when the last page is full', async () => {
    await place('alice');
    await place('alice');

    expect((await list('alice', { limit: 2 })).nextToken).toBeNull();
  });

  test('refuses a token that names another customer’s order, or none', async () => {
    await place('bob');
    await place('bob');
    const { nextToken } = await list('bob', { limit: 1 });
    const nobody = Buffer.from(JSON.stringify([1, '00000000-0000-4000-8000-000000000000', null])).toString('base64url');

    for (const forged of [nextToken, nobody]) {
      const { errors } = await stack.ask('alice', LIST, { nextToken: forged });
      expect(errors).toMatchObject([{ errorType: 'InvalidInput', errorInfo: { problems: [{ field: 'nextToken' }] } }]);
    }
  });
});

describe('invalid input', () => {
  test.each([
    ['no lines', { lines: [] }, 'lines'],
    ['quantity 0', { lines: [{ ...TEA, quantity: 0 }] }, 'lines[0].quantity'],
    ['a negative price', { lines: [{ ...TEA, unitPriceCents: -1 }] }, 'lines[0].unitPriceCents'],
    ['an unknown currency', { currency: 'BTC', lines: [TEA] }, 'currency'],
  ])('%s is refused with a type and the field, and nothing is written', async (_, variables, field) => {
    const { status, data, errors } = await stack.ask('alice', CREATE, { currency: 'EUR', ...variables });

    expect(status).toBe(200);
    expect(data).toEqual({ createOrder: null });
    expect(errors).toMatchObject([{ errorType: 'InvalidInput', errorInfo: { problems: [{ field }] } }]);
    expect(await countOrders()).toBe(0);
  });

  test.each(["'; drop table orders; --", '"; select pg_sleep(10) --', '\\', '$1', '%s', '🫖 Tee ß', '</script>'])(
    'the sku %s is data, and nothing else',
    async (sku) => {
      const lines = [{ sku, quantity: 1, unitPriceCents: 1 }];

      expect((await place('alice', 'EUR', lines)).lines).toEqual(lines);
      expect((await list('alice')).items[0]?.lines).toEqual(lines);
    },
  );
});
