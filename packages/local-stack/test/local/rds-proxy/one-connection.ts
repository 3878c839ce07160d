/** Provides a proxy with one database connection, which all clients share: one that is not returned blocks the next client. */
import type pg from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';
import type { RawClient } from './raw-client.js';

/**
 * One database connection: what is shared is shared by all, and a connection that is not given back blocks the next. Half
 * of one, the default, is none that may lie idle: it would be closed between two statements, now and then.
 */
export const ONE_CONNECTION = {
  maxConnections: 4,
  reservedConnections: 3,
  maxIdleConnectionsPercent: 100,
  connectionBorrowTimeoutSeconds: 5,
};

export let stack: ProxyUnderTest;
export let shared: ProxyUnderTest;
export let opened: { end(): unknown }[] = [];

export async function connect(proxy = shared): Promise<pg.Client> {
  const client = await proxy.connect();
  opened.push(client);
  return client;
}

export async function connectRaw(proxy = shared): Promise<RawClient> {
  const client = await proxy.connectRaw();
  opened.push({ end: () => client.destroy() });
  return client;
}

export const typesOf = (answers: { type: string }[]) => answers.map(({ type }) => type).join('');

/** Starts PostgreSQL and two proxies before the tests of a file, and ends them after it. */
export function prepareOneConnection(): void {
  beforeAll(async () => {
    stack = await startProxyUnderTest();
    shared = await stack.startAnother({ pool: ONE_CONNECTION });
    const client = await stack.connect();
    await client.query('create table numbers (value int primary key)');
    await client.end();
  });
  afterEach(async () => {
    await Promise.all(opened.map((client) => client.end()));
    opened = [];
  });
  afterAll(async () => {
    await shared.stop();
    await stack.stop();
  });
}
