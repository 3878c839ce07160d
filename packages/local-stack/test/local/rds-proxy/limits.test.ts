/** Tests the limits of RDS Proxy: on connections, on their lifetime, and on clients. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { endOf } from './proxy-under-test.js';
import { connect, openTransactions, preparePostgres, SIX, stack, start } from './six-connections.js';

preparePostgres();

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
