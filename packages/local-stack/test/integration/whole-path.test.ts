import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

/** The whole path: GraphQL over HTTP, the bundle in its own process, TLS and IAM token, PostgreSQL. */
let stack: TestStack;
let superuser: pg.Client;

beforeAll(async () => {
  stack = await startTestStack();
  superuser = await stack.connectSuperuser();
});
afterAll(async () => {
  await superuser?.end();
  await stack?.stop();
});
beforeEach(() => superuser.query('truncate orders cascade'));

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
const GET = `query ($id: ID!) { getOrder(id: $id) { ${ORDER} } }`;
const TOTALS = '{ orderTotals { currency orderCount totalCents } }';

const TEA = { sku: 'TEA', quantity: 2, unitPriceCents: 1290 };
const POT = { sku: 'POT', quantity: 1, unitPriceCents: 3400 };

async function place(username: string, currency = 'EUR', lines = [TEA, POT]): Promise<Order> {
  const { data, errors } = await stack.ask(username, CREATE, { currency, lines });
  expect(errors).toEqual([]);
  return data?.createOrder as Order;
}

async function countOrders(): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>('select count(*)::int as count from orders');
  return rows[0]?.count ?? Number.NaN;
}

test('50 concurrent invocations each write their order', async () => {
  const orders = await Promise.all(Array.from({ length: 50 }, (_, index) => place(`customer-${index % 5}`)));

  expect(new Set(orders.map(({ id }) => id)).size).toBe(50);
  expect(await countOrders()).toBe(50);
  const { rows } = await superuser.query("select count(*)::int as count from pg_stat_activity where usename = 'app'");
  expect(rows[0].count).toBeLessThanOrEqual(4);
});

test('a database restart between two invocations does not reach the second caller', async () => {
  const { id } = await place('alice');
  await superuser.end();

  await stack.postgres.restart();

  superuser = await stack.connectSuperuser();
  const results = await Promise.all(Array.from({ length: 8 }, () => stack.ask('alice', GET, { id })));
  for (const { data, errors } of results) {
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ getOrder: { id } });
  }
});

test('the last requests have the time of each hop, and each hop has its figures', async () => {
  const { requests, errors } = stack.statistics().appSync;
  await place('alice');
  await stack.ask('alice', TOTALS);

  await expect.poll(() => stack.recentRequests()[0]?.operation).toBe('orderTotals');
  const [refused, placed] = stack.recentRequests();
  expect(refused).toMatchObject({ username: 'alice', errorTypes: ['Unauthorized'], invocations: [] });
  expect(placed).toMatchObject({
    operation: 'createOrder',
    status: 200,
    invocations: [{ functionName: 'orders-api' }],
  });
  const [invocation] = placed?.invocations ?? [];
  const waterfall = [placed?.millis, invocation?.totalMillis, invocation?.millis, invocation?.database?.queryMillis];
  expect(waterfall).toEqual(waterfall.toSorted((left = 0, right = 0) => right - left));
  expect(invocation?.database?.queryMillis).toBeGreaterThan(0);
  const { appSync, functions } = stack.statistics();
  expect(appSync).toEqual({ requests: requests + 2, errors: errors + 1, p50Millis: expect.any(Number) });
  expect(functions['orders-api']).toMatchObject({ maxEnvironments: 4, timeouts: 0, memoryMB: 1024 });
});

test('logs hold no argument, no token and no row', async () => {
  const { id } = await place('alice', 'EUR', [{ sku: 'CONFIDENTIAL-SKU', quantity: 1, unitPriceCents: 1 }]);
  await stack.ask('alice', GET, { id });
  await stack.ask('alice', CREATE, { currency: 'CONFIDENTIAL-CURRENCY', lines: [TEA] });

  const output = stack.output.concat(JSON.stringify(stack.recentRequests())).join('\n');
  expect(output).toContain('createOrder');
  expect(output).not.toMatch(/CONFIDENTIAL|eyJ|X-Amz-/);
  expect(output).not.toContain(id);
});
