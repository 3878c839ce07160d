import { randomUUID } from 'node:crypto';
import { createOrder, getOrder, listOrders } from '@vpc-postgres/testing/app/src/orders/orders.js';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { startWireRelay, type WireRelay } from '@vpc-postgres/testing/support/wire-relay.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PooledDatabase } from '../../src/database/database.js';

/** Round trips between the Lambda and the proxy, counted on the wire. In a network each costs half a millisecond or more. */
let stack: TestStack;
let relay: WireRelay;
let database: PooledDatabase;

beforeAll(async () => {
  stack = await startTestStack();
  relay = await startWireRelay(stack.access.port);
});
afterAll(async () => {
  await relay?.stop();
  await stack?.stop();
});
beforeEach(async () => {
  database = await connectDatabase(stack, { port: relay.port });
  await listOrders(database, CALLER, PAGE);
  return () => database.end();
});

const CALLER = { sub: randomUUID(), groups: null, signal: new AbortController().signal };
const PAGE = { status: null, limit: 20, after: null };
const LINES = [{ sku: 'TEA', quantity: 2, unitPriceCents: 1290 }];

async function roundTripsOf(work: () => Promise<unknown>): Promise<number> {
  const before = relay.roundTrips();
  await work();
  return relay.roundTrips() - before;
}

test('an order is placed, read and listed in one round trip each, with its identity and its transaction', async () => {
  const newOrder = { currency: 'EUR', lines: LINES, idempotencyKey: null };
  let id = '';

  expect(
    await roundTripsOf(async () => {
      id = (await createOrder(database, CALLER, newOrder)).id;
    }),
  ).toBe(1);
  expect(await roundTripsOf(() => getOrder(database, CALLER, id))).toBe(1);
  expect(await roundTripsOf(() => listOrders(database, CALLER, PAGE))).toBe(1);
  expect(await roundTripsOf(() => createOrder(database, CALLER, { ...newOrder, idempotencyKey: 'once' }))).toBe(1);
});

test('none of it gives RDS Proxy a reason to pin', () => {
  expect(stack.proxy.pins()).toEqual([]);
});

test('the counter counts: one for a bare query', async () => {
  expect(await roundTripsOf(() => database.queryAsNobody('select 1'))).toBe(1);
  expect(
    await roundTripsOf(async () => {
      await database.queryAsNobody('select 1');
      await database.queryAsNobody('select 2');
    }),
  ).toBe(2);
});
