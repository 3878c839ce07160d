import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ProxyUnderTest, startProxyUnderTest } from '../../local/rds-proxy/proxy-under-test.js';
import { CREATE_COUNTERS, incrementTogether, killAtRandom, leftovers } from './crowd.js';

let stack: ProxyUnderTest;
beforeAll(async () => {
  stack = await startProxyUnderTest({
    pool: { maxConnections: 13, reservedConnections: 3 },
  });
  const client = await stack.connect();
  await client.query(CREATE_COUNTERS);
  await client.end();
});
afterAll(() => stack.stop());

test('200 clients, 100 increments each under row locks, over 10 database connections: exactly 20,000', async () => {
  const total = await incrementTogether(stack, 200, 100);

  console.log({ total, ...stack.proxy.statistics().databaseConnections });
  expect(total).toBe(20_000);
  expect(stack.proxy.statistics().databaseConnections.opened).toBeLessThanOrEqual(11);
});

test('500 clients killed at random moments: no lock, no open transaction, no leaked connection, and others are served', async () => {
  const client = await stack.connect();
  await client.query('update counters set value = 0');

  const confirmed = await killAtRandom(stack, 500, 50);

  await expect.poll(() => stack.proxy.statistics().clientConnections.open, { timeout: 5_000 }).toBe(1);
  await expect
    .poll(() => stack.proxy.statistics().databaseConnections, { timeout: 5_000 })
    .toMatchObject({ borrowed: 0, waiting: 0 });
  await expect.poll(() => leftovers(stack), { timeout: 5_000 }).toEqual({ locks: 0, open: 0 });
  const { rows } = await client.query('select sum(value)::int as total from counters');
  await client.end();
  console.log({ confirmed, committed: rows[0].total, ...stack.proxy.statistics().clientConnections });
  expect(confirmed).toBeGreaterThan(10);
  // A commit whose answer never arrived counts in the database, and not here.
  expect(rows[0].total).toBeGreaterThanOrEqual(confirmed);
  expect(rows[0].total).toBeLessThanOrEqual(confirmed + 500);
  expect(stack.proxy.statistics().databaseConnections.open).toBeLessThanOrEqual(10);
});
