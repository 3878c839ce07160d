/** Tests how clients that speak the extended protocol share one database connection. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connect, connectRaw, prepareOneConnection, shared, typesOf } from './one-connection.js';
import { message } from './raw-client.js';

prepareOneConnection();

describe('the extended protocol', () => {
  const sum = [message.parse('', 'select $1::int + 1'), message.bind('', '', '41'), message.execute('')];

  test('is answered in one go, and the connection given back at Sync', async () => {
    const client = await connectRaw();

    expect(typesOf(await client.ask(...sum, message.sync()))).toBe('12DCZ');
    expect(shared.proxy.statistics().databaseConnections).toMatchObject({ borrowed: 0, idle: 1 });
  });

  test('keeps the connection between Flush and Sync', async () => {
    const [client, other] = [await connectRaw(), await connect()];
    client.send(...sum, message.flush());
    await client.until(() => client.answers.some(({ type }) => type === 'C'));
    const waiting = other.query('select 1');
    await delay(50);
    expect(shared.proxy.statistics().databaseConnections).toMatchObject({ borrowed: 1, waiting: 1 });

    await client.ask(message.sync());

    expect((await waiting).rowCount).toBe(1);
  });

  test('finds the unnamed statement again after another client has used the connection', async () => {
    const [client, other] = [await connectRaw(), await connectRaw()];
    await client.ask(message.parse('', 'select $1::int * 2'), message.sync());
    await other.ask(message.parse('', 'select 0'), message.sync());

    const answers = await client.ask(
      message.describeStatement(''),
      message.bind('', '', '21'),
      message.execute(''),
      message.sync(),
    );

    expect(typesOf(answers)).toBe('tT2DCZ');
    expect(answers[3]?.text).toContain('42');
  });

  test('has no unnamed statement after a simple query, as in PostgreSQL', async () => {
    const client = await connectRaw();
    await client.ask(message.parse('', 'select 1'), message.sync());
    await client.ask(message.query('select 2'));

    const [error] = await client.ask(message.bind('', ''), message.execute(''), message.sync());

    expect(error?.text).toContain('unnamed prepared statement does not exist');
  });

  test('skips the rest of a pipeline after an error, and goes on behind Sync', async () => {
    const client = await connectRaw();

    const answers = await client.ask(
      message.parse('', 'select 1 / $1::int'),
      message.bind('', '', '0'),
      message.execute(''),
      message.parse('', 'select 2'),
      message.bind('', ''),
      message.execute(''),
      message.sync(),
      ...sum,
      message.sync(),
    );

    expect(typesOf(answers)).toBe('1EZ12DCZ');
    expect(shared.proxy.statistics().databaseConnections).toMatchObject({ borrowed: 0, idle: 1 });
  });

  describe('in one batch with one Sync', () => {
    const statement = (text: string, ...values: string[]) => [
      message.parse('', text),
      message.bind('', '', ...values),
      message.describePortal(''),
      message.execute(''),
    ];
    const insert = (value: number) => statement('insert into numbers values ($1::int)', String(value));
    const countOf = async (value: number) =>
      (await (await connect()).query('select from numbers where value = $1', [value])).rowCount;

    test('a transaction borrows a connection once, and returns it when it has been committed', async () => {
      const client = await connectRaw();
      const { requests } = shared.proxy.statistics().databaseConnections;

      const answers = await client.ask(
        ...statement('begin'),
        ...insert(11),
        ...statement('select count(*) from numbers where value = $1::int', '11'),
        ...statement('commit'),
        message.sync(),
      );

      expect(typesOf(answers)).toBe('12nC12nC12TDC12nCZ');
      expect(client.status).toBe('I');
      expect(shared.proxy.statistics().databaseConnections).toMatchObject({
        requests: requests + 1,
        borrowed: 0,
        idle: 1,
      });
      expect(await countOf(11)).toBe(1);
    });

    test('everything behind an error is skipped, COMMIT too, and the connection is kept for a ROLLBACK', async () => {
      const client = await connectRaw();

      const answers = await client.ask(
        ...statement('begin'),
        ...insert(12),
        ...statement('select 1 / $1::int', '0'),
        ...insert(13),
        ...statement('commit'),
        message.sync(),
      );

      expect(typesOf(answers)).toBe('12nC12nC1EZ');
      expect(client.status).toBe('E');
      expect(shared.proxy.statistics().databaseConnections.borrowed).toBe(1);
      expect(typesOf(await client.ask(...statement('rollback'), message.sync()))).toBe('12nCZ');
      expect(client.status).toBe('I');
      expect([await countOf(12), await countOf(13)]).toEqual([0, 0]);
    });

    test('nothing runs behind a BEGIN that fails, and the connection is returned', async () => {
      const client = await connectRaw();

      const answers = await client.ask(
        ...statement('begin nonsense'),
        ...insert(14),
        ...statement('commit'),
        message.sync(),
      );

      expect(typesOf(answers)).toBe('EZ');
      expect(client.status).toBe('I');
      expect(await countOf(14)).toBe(0);
    });

    test('a transaction that goes on in the next batch keeps its connection from others', async () => {
      const [client, other] = [await connectRaw(), await connect()];
      await client.ask(...statement('begin'), ...insert(15), message.sync());
      expect(client.status).toBe('T');
      const waiting = other.query('select from numbers where value = 15');
      await expect.poll(() => shared.proxy.statistics().databaseConnections.waiting).toBe(1);

      const answers = await client.ask(...statement('select 1'), ...statement('commit'), message.sync());

      expect(typesOf(answers)).toBe('12TDC12nCZ');
      expect((await waiting).rowCount).toBe(1);
    });

    test('statements without a BEGIN are one transaction, which an error ends', async () => {
      const client = await connectRaw();

      await client.ask(...insert(16), ...statement('select 1 / $1::int', '0'), ...insert(17), message.sync());

      expect(client.status).toBe('I');
      expect([await countOf(16), await countOf(17)]).toEqual([0, 0]);
    });

    test('that arrives byte by byte keeps its connection until its Sync is answered', async () => {
      const [client, other] = [await connectRaw(), await connect()];
      const ready = client.readyCount + 1;
      client.send(message.parse('', 'begin'));
      await expect.poll(() => shared.proxy.statistics().databaseConnections.borrowed).toBe(1);
      const waiting = other.query('select from numbers where value = 18');

      const rest = [message.bind('', ''), message.execute(''), ...insert(18), ...statement('commit'), message.sync()];
      for (const byte of Buffer.concat(rest)) {
        client.send(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.untilReady(ready);

      expect((await waiting).rowCount).toBe(1);
    });

    test('many of them of many clients, all sent before one is answered, are answered each by its own', async () => {
      const clients = await Promise.all(Array.from({ length: 8 }, () => connectRaw()));

      const answers = await Promise.all(
        clients.map((client, index) =>
          client.ask(
            ...Array.from({ length: 20 }, (_, turn) => [
              ...statement('begin'),
              ...statement('select $1::int', String(index * 100 + turn)),
              ...statement(turn % 3 === 0 ? 'select 1 / 0' : 'select 1'),
              ...statement('commit'),
              message.sync(),
              ...statement('rollback'),
              message.sync(),
            ]).flat(),
          ),
        ),
      );

      for (const [index, own] of answers.entries()) {
        const numbers = own.filter(({ type }) => type === 'D').map(({ text }) => Number(text.slice(6)));
        const turns = Array.from({ length: 20 }, (_, turn) => [index * 100 + turn, ...(turn % 3 === 0 ? [] : [1])]);
        expect(numbers).toEqual(turns.flat());
        expect(own.filter(({ type }) => type === 'Z')).toHaveLength(40);
      }
      expect(shared.proxy.pins()).toEqual([]);
    });
  });

  test('answers a lone Sync without a database connection', async () => {
    const client = await connectRaw();
    const { requests } = shared.proxy.statistics().databaseConnections;

    expect(typesOf(await client.ask(message.sync()))).toBe('Z');
    expect(shared.proxy.statistics().databaseConnections.requests).toBe(requests);
  });

  test('of 200 queries in one go keeps their order', async () => {
    const client = await connectRaw();
    const queries = Array.from({ length: 200 }, (_, index) => [
      message.parse('', 'select $1::int'),
      message.bind('', '', String(index)),
      message.execute(''),
      message.sync(),
    ]);

    const answers = await client.ask(...queries.flat());

    const rows = answers.filter(({ type }) => type === 'D').map(({ text }) => Number(text.slice(6)));
    expect(rows).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });
});
