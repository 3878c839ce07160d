import { afterAll, beforeAll, expect, test } from 'vitest';
import { CREATE_COUNTERS, incrementTogether, killAtRandom, leftovers } from './crowd.js';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';

/** Small, for every test run; `npm run test:stress` does it with all 200 and 500 clients. */
const TEN_CONNECTIONS = { maxConnections: 13, reservedConnections: 3 };

let stack: ProxyUnderTest;
beforeAll(async () => {
  stack = await startProxyUnderTest({ pool: TEN_CONNECTIONS });
  const client = await stack.connect();
  await client.query(CREATE_COUNTERS);
  await client.end();
});
afterAll(() => stack.stop());

test('40 clients that increment under row locks lose no increment on 10 connections', async () => {
  expect(await incrementTogether(stack, 40, 10)).toBe(400);
  expect(stack.proxy.statistics().databaseConnections.open).toBeLessThanOrEqual(10);
});

test('60 clients that are killed at random moments leave nothing behind', async () => {
  await killAtRandom(stack, 60, 30);

  await expect.poll(() => stack.proxy.statistics().clientConnections.open).toBe(0);
  await expect.poll(() => stack.proxy.statistics().databaseConnections).toMatchObject({ borrowed: 0, waiting: 0 });
  await expect.poll(() => leftovers(stack)).toEqual({ locks: 0, open: 0 });
});
