/** Tests when a client gets the database connection, and when it returns to the pool. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { connect, connectRaw, prepareOneConnection, shared, stack, typesOf } from './one-connection.js';
import { message } from './raw-client.js';

prepareOneConnection();

describe('one database connection', () => {
  test('serves many clients, one transaction at a time', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect()));

    const answers = await Promise.all(clients.map((client) => client.query('select pg_backend_pid() as session')));

    expect(new Set(answers.map(({ rows }) => rows[0].session)).size).toBe(1);
    expect(shared.proxy.statistics().databaseConnections).toMatchObject({ allowed: 1, open: 1, borrowed: 0, idle: 1 });
  });

  test('stays with a transaction until it ends, and the next client waits', async () => {
    const [first, second] = [await connect(), await connect()];
    await first.query('begin');
    let isAnswered = false;
    const waiting = second.query('select 1 as one').then((result) => {
      isAnswered = true;
      return result;
    });

    await first.query('select 1');
    await delay(50);
    expect(isAnswered).toBe(false);
    expect(shared.proxy.statistics().databaseConnections).toMatchObject({ borrowed: 1, waiting: 1 });
    await first.query('commit');

    expect((await waiting).rows).toEqual([{ one: 1 }]);
  });

  test('is given back after a failed transaction is rolled back, and not before', async () => {
    const [first, second] = [await connect(), await connect()];
    await first.query('begin');
    await first.query('select 1 / 0').catch(() => {});
    expect(shared.proxy.statistics().databaseConnections.borrowed).toBe(1);

    await first.query('rollback');

    expect((await second.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('is given back after an error outside a transaction', async () => {
    const client = await connect();

    await expect(client.query('select 1 / 0')).rejects.toThrow('division by zero');
    await expect(client.query('select $1::int', ['x'])).rejects.toThrow('invalid input syntax');

    // The client hears of the error before PostgreSQL says that it is ready for more.
    await expect.poll(() => shared.proxy.statistics().databaseConnections).toMatchObject({ borrowed: 0, idle: 1 });
  });

  test('is rolled back and replaced when its client vanishes in a transaction', async () => {
    const client = await connectRaw();
    await client.ask(message.query('begin; insert into numbers values (1)'));

    client.destroy();

    const { rows } = await (await connect()).query('select count(*)::int from numbers');
    expect(rows).toEqual([{ count: 0 }]);
  });

  test('is not handed to a client that gave up waiting', async () => {
    const [first, second, third] = [await connect(), await connectRaw(), await connect()];
    await first.query('begin');
    second.send(message.query('insert into numbers values (2)'));
    await expect.poll(() => shared.proxy.statistics().databaseConnections.waiting).toBe(1);

    second.destroy();
    await expect.poll(() => shared.proxy.statistics().databaseConnections.waiting).toBe(0);
    await first.query('commit');

    expect((await third.query('select from numbers where value = 2')).rowCount).toBe(0);
  });
});

describe('COPY', () => {
  const copy = 'copy numbers from stdin';
  afterEach(async () => {
    await (await connect()).query('truncate numbers');
  });

  async function expectConnectionFree(): Promise<void> {
    expect((await (await connect()).query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  }

  test('by simple query, data and end in one go', async () => {
    const client = await connectRaw();

    const answers = await client.ask(message.query(copy), message.copyData('1\n2\n'), message.copyDone());

    expect(typesOf(answers)).toBe('GCZ');
    expect(answers[1]?.text).toBe('COPY 2\0');
    await expectConnectionFree();
  });

  test('that PostgreSQL refuses, with data still coming', async () => {
    const client = await connectRaw();
    const answers = await client.ask(message.query(copy), message.copyData('x\n'));
    expect(typesOf(answers)).toBe('GEZ');

    client.send(message.copyData('3\n'), message.copyDone());

    expect(typesOf(await client.ask(message.query('select 1')))).toBe('TDCZ');
    await expectConnectionFree();
  });

  test('that the client gives up', async () => {
    const client = await connectRaw();

    const answers = await client.ask(message.query(copy), message.copyData('1\n'), message.copyFail('enough'));

    expect(typesOf(answers)).toBe('GEZ');
    await expectConnectionFree();
  });

  test('by extended protocol, where PostgreSQL ignores the Sync ahead of the data', async () => {
    const client = await connectRaw();
    client.send(message.parse('', copy), message.bind('', ''), message.execute(''), message.sync());
    await client.until(() => client.answers.some(({ type }) => type === 'G'));
    client.send(message.copyData('4\n'), message.copyDone(), message.sync());
    await client.untilReady(2);

    expect(typesOf(client.answers)).toBe('Z12GCZ');
    await expectConnectionFree();
  });

  test('to the client, of 100,000 rows', async () => {
    const client = await connectRaw();

    const answers = await client.ask(message.query('copy (select generate_series(1, 100000)) to stdout'));

    expect(answers.filter(({ type }) => type === 'd')).toHaveLength(100_000);
    await expectConnectionFree();
  });
});

test('clients that started with other settings get connections of their own', async () => {
  const [client, other] = [await stack.connectRaw({ TimeZone: 'Asia/Tokyo' }), await stack.connectRaw()];

  const [, zone] = await client.ask(message.query("select current_setting('TimeZone')"));
  const [, otherZone] = await other.ask(message.query("select current_setting('TimeZone')"));
  client.destroy();
  other.destroy();

  expect(zone?.text).toContain('Asia/Tokyo');
  expect(otherZone?.text).toContain('UTC');
});

test('an idle connection makes room for a client of another identity', async () => {
  await (await connect()).query('select 1');

  const other = await shared.connectRaw({ application_name: 'other' });
  const answers = await other.ask(message.query('select 1'));
  other.destroy();

  expect(typesOf(answers)).toBe('TDCZ');
  expect(shared.proxy.statistics().databaseConnections.allowed).toBe(1);
});
