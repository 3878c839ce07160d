import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RdsProxyOptions } from '../../../src/rds-proxy/server.js';
import { endOf, type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';
import { message } from './raw-client.js';

/** Up to six connections; how many of them, and for how long, each test says itself. */
const SIX = { maxConnections: 9, reservedConnections: 3 };

let stack: ProxyUnderTest;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  stack = await startProxyUnderTest();
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
afterAll(() => stack.stop());

async function start(options: Partial<RdsProxyOptions>): Promise<ProxyUnderTest> {
  const proxy = await stack.startAnother(options);
  stops.push(() => proxy.stop());
  return proxy;
}

async function connect(proxy: ProxyUnderTest): Promise<pg.Client> {
  const client = await proxy.connect();
  stops.push(() => client.end());
  return client;
}

/** Each in a transaction of its own, so that each holds a database connection. */
async function openTransactions(proxy: ProxyUnderTest, count: number): Promise<pg.Client[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => connect(proxy)));
  await Promise.all(clients.map((client) => client.query('begin')));
  return clients;
}

describe('MaxConnectionsPercent', () => {
  test('is of what PostgreSQL does not keep for superusers', async () => {
    const proxy = await start({ pool: { ...SIX, maxConnectionsPercent: 50, connectionBorrowTimeoutSeconds: 0.2 } });
    await openTransactions(proxy, 3);

    expect(proxy.proxy.statistics().databaseConnections).toMatchObject({ allowed: 3, borrowed: 3 });
    const late = await connect(proxy);
    await expect(late.query('select 1')).rejects.toMatchObject({ code: '08000' });
  });
});

describe('ConnectionBorrowTimeout', () => {
  test('ends the connection of a client that waited in vain, in the words of RDS Proxy', async () => {
    const proxy = await start({ pool: { ...SIX, maxConnectionsPercent: 1, connectionBorrowTimeoutSeconds: 0.2 } });
    const [holder] = await openTransactions(proxy, 1);
    const late = await connect(proxy);
    const ended = endOf(late);

    await expect(late.query('select 1')).rejects.toMatchObject({
      severity: 'FATAL',
      code: '08000',
      message: 'Timed-out waiting to acquire database connection.',
    });

    await ended;
    expect((await holder?.query('select 1 as one'))?.rows).toEqual([{ one: 1 }]);
    expect(proxy.proxy.statistics().databaseConnections).toMatchObject({ timedOut: 1, waiting: 0, borrowed: 1 });
    await expect
      .poll(() => proxy.events.at(-1))
      .toMatchObject({ type: 'closed', code: '08000', reason: expect.stringContaining('1 of 1 are in use') });
  });

  test('of 0 is an error whenever no connection is idle', async () => {
    const proxy = await start({ pool: { ...SIX, connectionBorrowTimeoutSeconds: 0 } });

    const first = await proxy.refusalOf();
    expect(first.code).toBe('08000');

    // The one that nobody could wait for is idle by now.
    await expect.poll(() => proxy.proxy.statistics().databaseConnections.idle).toBe(1);
    const client = await connect(proxy);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('is waited out in turn: who came first is served first', async () => {
    const proxy = await start({ pool: { ...SIX, maxConnectionsPercent: 1 } });
    const [holder] = await openTransactions(proxy, 1);
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(proxy)));
    const served: number[] = [];
    const waiting: Promise<unknown>[] = [];
    for (const [index, client] of clients.entries()) {
      waiting.push(client.query('select 1').then(() => served.push(index)));
      await expect.poll(() => proxy.proxy.statistics().databaseConnections.waiting).toBe(index + 1);
    }

    await holder?.query('commit');
    await Promise.all(waiting);

    expect(served).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('IdleClientTimeout', () => {
  const pool = { ...SIX, idleClientTimeoutSeconds: 0.5 };

  test('closes a client that says nothing, and not one that does', async () => {
    const proxy = await start({ pool });
    const [silent, talkative] = [await connect(proxy), await connect(proxy)];
    let isOpen = true;
    const closed = endOf(silent).then(() => {
      isOpen = false;
    });

    while (isOpen) {
      await talkative.query('select 1');
      await delay(50);
    }
    await closed;

    expect((await talkative.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await expect
      .poll(() => proxy.events.at(-1))
      .toMatchObject({ type: 'closed', reason: expect.stringContaining('IdleClientTimeout') });
  });

  test('rolls back what a silent client left open', async () => {
    const proxy = await start({ pool });
    const client = await connect(proxy);
    const ended = endOf(client);
    await client.query('begin');
    await client.query('create table left_open ()');

    await ended;

    await expect.poll(() => proxy.proxy.statistics().databaseConnections.open).toBe(0);
    const { rows } = await (await connect(stack)).query("select to_regclass('left_open') as found");
    expect(rows).toEqual([{ found: null }]);
  });

  test('leaves a client alone whose query takes longer', async () => {
    const proxy = await start({ pool });
    const client = await connect(proxy);

    expect((await client.query('select pg_sleep(1.2), 1 as one')).rows).toMatchObject([{ one: 1 }]);
  });
});

test('a client connection ends when it has lived long enough, busy or not', async () => {
  const proxy = await start({ pool: { ...SIX, clientConnectionLifeSeconds: 0.5 } });
  const client = await connect(proxy);
  const ended = endOf(client);
  const busy = client.query('select pg_sleep(30)');

  await expect(busy).rejects.toThrow('Connection terminated unexpectedly');
  await ended;
});

describe('an idle database connection', () => {
  test('is closed when nobody used it for long enough', async () => {
    const proxy = await start({ pool: { ...SIX, idleDatabaseConnectionSeconds: 0.2 } });
    await (await connect(proxy)).query('select 1');
    expect(proxy.proxy.statistics().databaseConnections.open).toBe(1);

    await expect.poll(() => proxy.proxy.statistics().databaseConnections.open).toBe(0);
  });

  test('is closed when it is old', async () => {
    const proxy = await start({ pool: { ...SIX, databaseConnectionLifeSeconds: 0.2 } });
    await (await connect(proxy)).query('select 1');

    await expect.poll(() => proxy.proxy.statistics().databaseConnections.open).toBe(0);
  });

  test('is closed when there are more than MaxIdleConnectionsPercent', async () => {
    const proxy = await start({ pool: { ...SIX, maxIdleConnectionsPercent: 34 } });
    const clients = await openTransactions(proxy, 6);
    await Promise.all(clients.map((client) => client.query('commit')));

    await expect.poll(() => proxy.proxy.statistics().databaseConnections).toMatchObject({ open: 2, idle: 2 });
  });

  test('that PostgreSQL ends is replaced, and no client hears of it', async () => {
    const proxy = await start({ pool: { ...SIX, maxConnectionsPercent: 1 } });
    const client = await connect(proxy);
    const { rows } = await client.query('select pg_backend_pid() as session');

    await (await connect(stack)).query('select pg_terminate_backend($1)', [rows[0].session]);
    await expect.poll(() => proxy.proxy.statistics().databaseConnections.open).toBe(0);

    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('a session', () => {
  test('is pinned by a statement of the documented list, and keeps its database connection', async () => {
    const proxy = await start({ pool: { ...SIX, maxConnectionsPercent: 1 } });
    const client = await connect(proxy);
    await client.query("set statement_timeout = '7s'");

    const { rows } = await client.query('show statement_timeout');

    expect(rows).toEqual([{ statement_timeout: '7s' }]);
    expect(proxy.proxy.statistics()).toMatchObject({
      clientConnections: { pinned: 1 },
      databaseConnections: { borrowed: 1, idle: 0 },
      pinnedSessions: 1,
    });
  });

  test('that was pinned leaves nothing behind for the next client', async () => {
    const proxy = await start({ pool: { ...SIX, maxConnectionsPercent: 1 } });
    const pinned = await proxy.connect();
    await pinned.query("set statement_timeout = '7s'");
    await pinned.query('create temp table mine ()');
    await pinned.end();

    const next = await connect(proxy);

    expect((await next.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
    await expect(next.query('select from mine')).rejects.toThrow('does not exist');
  });

  test('is pinned by a statement that is prepared only when it runs', async () => {
    const proxy = await start({ pool: SIX });
    const client = await proxy.connectRaw();
    stops.push(async () => client.destroy());

    await client.ask(message.parse('', 'listen orders'), message.sync());
    expect(proxy.proxy.pins()).toEqual([]);
    await client.ask(message.bind('', ''), message.execute(''), message.sync());

    expect(proxy.proxy.pins()).toMatchObject([{ kind: 'listen' }]);
  });

  test('is pinned by a text over 16 KB, by either protocol, and not by a long parameter', async () => {
    const proxy = await start({ pool: SIX });
    const client = await connect(proxy);
    await client.query('select $1::text', ['x'.repeat(1_000_000)]);
    expect(proxy.proxy.pins()).toEqual([]);

    const { rows } = await client.query(`select '${'x'.repeat(17_000)}' as long`);
    await (await connect(proxy)).query(`select $1::int, '${'x'.repeat(600_000)}'`, [1]);

    expect(rows[0].long).toHaveLength(17_000);
    expect(proxy.proxy.pins().map(({ kind }) => kind)).toEqual(['longText', 'longText']);
    expect(proxy.proxy.statistics().pinnedSessions).toBe(2);
  });

  test('is reported once for each statement, with reason, user and fix, and without values', async () => {
    const proxy = await start({ pool: SIX });
    for (const value of ['1s', '2s', '3s']) {
      await (await connect(proxy)).query(`set statement_timeout = '${value}'`);
    }

    expect(proxy.proxy.pins()).toMatchObject([
      { kind: 'set', statement: "set statement_timeout = '…'", user: 'app', database: 'app', count: 3 },
    ]);
    expect(proxy.proxy.pins()[0]?.fix).toContain('alter role');
    expect(proxy.events.filter(({ type }) => type === 'pinned')).toHaveLength(1);

    proxy.proxy.forgetPins();
    expect(proxy.proxy.pins()).toEqual([]);
  });
});

describe('the limits of who may come', () => {
  test('at once', async () => {
    const proxy = await start({ pool: SIX, admission: { maxClientConnections: 2 } });
    const [first] = [await connect(proxy), await connect(proxy)];

    const refusal = await proxy.refusalOf();
    expect(refusal).toMatchObject({
      code: '53300',
      message: 'The maximum number of client connections to the proxy exceeded 2.',
    });

    await first.end();
    await (await connect(proxy)).query('select 1');
  });

  test('within a second', async () => {
    const proxy = await start({ pool: SIX, admission: { connectionsPerSecond: 2 } });
    await connect(proxy);
    await connect(proxy);

    expect(await proxy.refusalOf()).toMatchObject({
      code: '53300',
      message: 'Rate of connection to proxy exceeded 2.',
    });

    await delay(1_050);
    await connect(proxy);
  });

  test('with a token within a second', async () => {
    const proxy = await start({ pool: SIX, admission: { tokensPerSecond: 1 } });
    await connect(proxy);

    expect(await proxy.refusalOf()).toMatchObject({
      code: '53300',
      message: 'The IAM authentication failed because of too many competing requests.',
    });
  });

  test('as users that the proxy has credentials for', async () => {
    const proxy = await start({ pool: SIX, admission: { databaseUsers: ['app'] } });
    await connect(proxy);

    expect(await proxy.refusalOf({ user: 'reporter' })).toMatchObject({
      code: '28000',
      message:
        'This RDS proxy has no credentials for the role reporter. Check the credentials for this role and try again.',
    });
  });
});

test('settings out of range are refused, all at once', async () => {
  const pool = { maxConnectionsPercent: 101, connectionBorrowTimeoutSeconds: -1, reservedConnections: 0.5 };

  await expect(stack.startAnother({ pool })).rejects.toThrow(
    'maxConnectionsPercent is 101, expected 1 to 100; connectionBorrowTimeoutSeconds is -1, expected 0 to 300; reservedConnections is 0.5, expected a whole number',
  );
});
