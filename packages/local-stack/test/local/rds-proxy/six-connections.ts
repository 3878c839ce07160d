/** Starts proxies with at most six database connections in front of one PostgreSQL. */
import type pg from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { RdsProxyOptions } from '../../../src/rds-proxy/server.js';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';

/** Up to six connections; how many of them, and for how long, each test says itself. */
export const SIX = { maxConnections: 9, reservedConnections: 3 };

export let stack: ProxyUnderTest;
export const stops: (() => Promise<unknown>)[] = [];

export async function start(options: Partial<RdsProxyOptions>): Promise<ProxyUnderTest> {
  const proxy = await stack.startAnother(options);
  stops.push(() => proxy.stop());
  return proxy;
}

export async function connect(proxy: ProxyUnderTest): Promise<pg.Client> {
  const client = await proxy.connect();
  stops.push(() => client.end());
  return client;
}

/** Each in a transaction of its own, so that each holds a database connection. */
export async function openTransactions(proxy: ProxyUnderTest, count: number): Promise<pg.Client[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => connect(proxy)));
  await Promise.all(clients.map((client) => client.query('begin')));
  return clients;
}

/** Starts PostgreSQL before the tests of a file. Stops proxies and clients after each test. */
export function preparePostgres(): void {
  beforeAll(async () => {
    stack = await startProxyUnderTest();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  afterAll(() => stack.stop());
}
