import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ZodError } from 'zod';
import type { FaultRequest } from '../../../src/rds-proxy/server.js';
import { endOf, type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';

let stack: ProxyUnderTest;
let opened: pg.Client[] = [];
beforeAll(async () => {
  stack = await startProxyUnderTest({ pool: { connectionBorrowTimeoutSeconds: 3 } });
  const client = await stack.connect();
  await client.query('create table numbers (value int primary key)');
  await client.end();
});
afterEach(async () => {
  await stack.proxy.applyFault({ fault: 'clear' });
  await Promise.all(opened.splice(0).map((client) => client.end()));
});
afterAll(() => stack.stop());

async function connect(): Promise<pg.Client> {
  const client = await stack.connect();
  opened.push(client);
  return client;
}

const one = async (client: pg.Client) => (await client.query('select 1 as one')).rows;
const ONE = [{ one: 1 }];

test('failover: transactions are lost with their connections, idle clients wait it out and go on', async () => {
  const [idle, inTransaction, running] = [await connect(), await connect(), await connect()];
  await inTransaction.query('begin');
  await inTransaction.query('insert into numbers values (1)');
  const lost = endOf(inTransaction);
  const cutOff = expect(running.query('select pg_sleep(30)')).rejects.toThrow('Connection terminated');
  await expect.poll(() => stack.proxy.statistics().databaseConnections.borrowed).toBe(2);

  const startedAt = performance.now();
  const { databaseConnections } = await stack.proxy.applyFault({ fault: 'failover', pauseMillis: 300 });
  const rows = await one(idle);

  expect(databaseConnections).toBeGreaterThanOrEqual(2);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290);
  expect(rows).toEqual(ONE);
  await lost;
  await cutOff;
  expect((await idle.query('select from numbers where value = 1')).rowCount).toBe(0);
  const { rows: sleeping } = await idle.query(
    "select count(*)::int from pg_stat_activity where query like 'select pg_sleep%'",
  );
  expect(sleeping).toEqual([{ count: 0 }]);
});

test('restart-database: PostgreSQL is another process afterwards, and idle clients go on', async () => {
  const client = await connect();
  const startOf = async () =>
    (await client.query('select pg_postmaster_start_time()::text as start')).rows[0].start as string;
  const before = await startOf();

  await stack.proxy.applyFault({ fault: 'restart-database' });

  expect(await startOf()).not.toBe(before);
});

test('drop-idle-clients: those with a transaction stay', async () => {
  const [idle, inTransaction] = [await connect(), await connect()];
  await inTransaction.query('begin');
  const dropped = endOf(idle);

  const { clientConnections } = await stack.proxy.applyFault({ fault: 'drop-idle-clients' });
  await dropped;

  expect(clientConnections).toBe(1);
  expect(await one(inTransaction)).toEqual(ONE);
});

test('black-hole: a client stays connected and is never answered; others are, and new ones too', async () => {
  const victim = await connect();
  const { connectionId } = stack.events.findLast(({ type }) => type === 'opened') as { connectionId: number };
  const other = await connect();

  expect(await stack.proxy.applyFault({ fault: 'black-hole', connectionId })).toMatchObject({ clientConnections: 1 });
  const answer = await Promise.race([
    victim.query('select 1').then(
      () => 'answered',
      () => 'refused',
    ),
    delay(300, 'nothing'),
  ]);

  expect(answer).toBe('nothing');
  expect(await one(other)).toEqual(ONE);
  expect(await one(await connect())).toEqual(ONE);
  opened = opened.filter((client) => client !== victim);
  (victim as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
});

test('latency: each message of a client is held back, and in order', async () => {
  const client = await connect();
  await one(client);
  await stack.proxy.applyFault({ fault: 'latency', millis: 120 });

  const startedAt = performance.now();
  expect(await one(client)).toEqual(ONE);
  expect(await one(client)).toEqual(ONE);

  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(235);
  expect(stack.proxy.faults().latencyMillis).toBe(120);
});

test('refuse-connections: new ones are closed at once, open ones go on', async () => {
  const client = await connect();
  await stack.proxy.applyFault({ fault: 'refuse-connections', on: true });

  await expect(stack.connect()).rejects.toThrow(/terminated|ECONNRESET|disconnected/);
  expect(await one(client)).toEqual(ONE);

  await stack.proxy.applyFault({ fault: 'refuse-connections', on: false });
  expect(await one(await connect())).toEqual(ONE);
});

test('exhaust-pool: queries wait, and time out; switched off in time, they are answered', async () => {
  const [patient, late] = [await connect(), await connect()];
  await stack.proxy.applyFault({ fault: 'exhaust-pool', on: true });
  const timedOut = expect(late.query('select 1')).rejects.toMatchObject({ code: '08000' });
  await timedOut;

  const waiting = one(patient);
  await expect.poll(() => stack.proxy.statistics().databaseConnections.waiting).toBe(1);
  await stack.proxy.applyFault({ fault: 'exhaust-pool', on: false });

  expect(await waiting).toEqual(ONE);
});

test('expire-credentials: new logins fail as with an expired token, open sessions go on', async () => {
  const client = await connect();
  await stack.proxy.applyFault({ fault: 'expire-credentials', on: true });

  expect(await stack.refusalOf()).toMatchObject({ code: '28P01' });
  expect(stack.events.at(-1)).toMatchObject({ reason: expect.stringContaining('expired') });
  expect(await one(client)).toEqual(ONE);
});

test('clear: every switch is off', async () => {
  await stack.proxy.applyFault({ fault: 'latency', millis: 5 });
  await stack.proxy.applyFault({ fault: 'expire-credentials', on: true });

  await stack.proxy.applyFault({ fault: 'clear' });

  expect(stack.proxy.faults()).toEqual({
    latencyMillis: 0,
    refuseConnections: false,
    exhaustPool: false,
    expireCredentials: false,
  });
  expect(await one(await connect())).toEqual(ONE);
});

test('what is no fault is refused', async () => {
  const unknown = { fault: 'earthquake' } as unknown as FaultRequest;

  await expect(stack.proxy.applyFault(unknown)).rejects.toThrow(ZodError);
  await expect(stack.proxy.applyFault({ fault: 'latency', millis: -1 })).rejects.toThrow(ZodError);
});
