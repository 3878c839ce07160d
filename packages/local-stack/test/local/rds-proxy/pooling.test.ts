import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';
import { message, type RawClient } from './raw-client.js';

/**
 * One database connection: what is shared is shared by all, and a connection that is not given back blocks the next. Half
 * of one, the default, is none that may lie idle: it would be closed between two statements, now and then.
 */
const ONE_CONNECTION = {
  maxConnections: 4,
  reservedConnections: 3,
  maxIdleConnectionsPercent: 100,
  connectionBorrowTimeoutSeconds: 5,
};

let stack: ProxyUnderTest;
let shared: ProxyUnderTest;
let opened: { end(): unknown }[] = [];
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

async function connect(proxy = shared): Promise<pg.Client> {
  const client = await proxy.connect();
  opened.push(client);
  return client;
}

async function connectRaw(proxy = shared): Promise<RawClient> {
  const client = await proxy.connectRaw();
  opened.push({ end: () => client.destroy() });
  return client;
}

const typesOf = (answers: { type: string }[]) => answers.map(({ type }) => type).join('');

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

describe('named statements, with the setting that they do not pin,', () => {
  let multiplexing: ProxyUnderTest;
  beforeAll(async () => {
    multiplexing = await stack.startAnother({ pool: ONE_CONNECTION, pinning: { namedStatementsPin: false } });
  });
  afterAll(() => multiplexing.stop());

  const run = (name: string, ...values: string[]) => [
    message.bind('', name, ...values),
    message.execute(''),
    message.sync(),
  ];

  test('belong to their client, whichever connection it gets', async () => {
    const [client, other] = [await connectRaw(multiplexing), await connectRaw(multiplexing)];
    await client.ask(message.parse('sum', 'select $1::int + 1'), message.sync());
    await other.ask(message.parse('sum', 'select $1::int - 1'), message.sync());

    const answers = await client.ask(...run('sum', '41'));
    const otherAnswers = await other.ask(...run('sum', '41'));

    expect(answers.find(({ type }) => type === 'D')?.text).toContain('42');
    expect(otherAnswers.find(({ type }) => type === 'D')?.text).toContain('40');
    expect(multiplexing.proxy.pins()).toEqual([]);
  });

  test('are prepared once for clients that prepare the same', async () => {
    const text = 'select $1::int * 3';
    const [client, other] = [await connectRaw(multiplexing), await connectRaw(multiplexing)];

    expect(typesOf(await client.ask(message.parse('a', text), ...run('a', '1')))).toBe('12DCZ');
    expect(typesOf(await other.ask(message.parse('b', text), ...run('b', '2')))).toBe('12DCZ');

    const [, row] = await client.ask(
      message.query(`select count(*) from pg_prepared_statements where statement = '${text}'`),
    );
    expect(row?.text.slice(6)).toBe('1');
  });

  test('are gone once closed, and may be prepared again', async () => {
    const client = await connectRaw(multiplexing);
    await client.ask(message.parse('again', 'select 1'), message.sync());
    expect(typesOf(await client.ask(message.closeStatement('again'), message.sync()))).toBe('3Z');

    const [error] = await client.ask(...run('again'));
    expect(error?.text).toContain('prepared statement "again" does not exist');
    expect(typesOf(await client.ask(message.parse('again', 'select 2'), ...run('again')))).toBe('12DCZ');
  });

  test('whose preparation fails do not exist', async () => {
    const client = await connectRaw(multiplexing);

    expect(typesOf(await client.ask(message.parse('bad', 'selec 1'), message.sync()))).toBe('EZ');
    const [error] = await client.ask(...run('bad'));

    expect(error?.text).toContain('prepared statement "bad" does not exist');
  });

  describe('of another client on the same connection', () => {
    const secret = "select 'known to one session' || $1::text";
    const isUnknown = /^SERROR.*prepared statement "rds_proxy_\w+ of another session" does not exist/s;

    test.each(['the first guess', 'the right name'])('cannot be run, described or closed by %s', async (knowledge) => {
      const [owner, attacker] = [await connectRaw(multiplexing), await connectRaw(multiplexing)];
      await owner.ask(message.parse('mine', secret), message.sync());
      const name = knowledge === 'the first guess' ? 'rds_proxy_1' : await nameOnConnection(attacker);

      const [errorOfRun] = await attacker.ask(...run(name, '!'));
      const [errorOfDescribe] = await attacker.ask(message.describeStatement(name), message.sync());
      const answersToClose = await attacker.ask(message.closeStatement(name), message.sync());

      expect(errorOfRun?.text).toMatch(isUnknown);
      expect(errorOfDescribe?.text).toMatch(isUnknown);
      expect(typesOf(answersToClose)).toBe('3Z');
      const answers = await owner.ask(...run('mine', '!'));
      expect(answers.find(({ type }) => type === 'D')?.text).toContain('known to one session!');
    });

    test('is not what a client gets that chooses its name for a statement of its own', async () => {
      const [owner, attacker] = [await connectRaw(multiplexing), await connectRaw(multiplexing)];
      await owner.ask(message.parse('mine', secret), message.sync());
      const name = await nameOnConnection(attacker);

      const answers = await attacker.ask(message.parse(name, 'select $1::int + 1'), ...run(name, '1'));

      expect(answers.find(({ type }) => type === 'D')?.text.slice(6)).toBe('2');
      expect(typesOf(await owner.ask(...run('mine', '!')))).toBe('2DCZ');
    });

    /** As PostgreSQL shows it to whoever has the connection. */
    async function nameOnConnection(client: RawClient): Promise<string> {
      const text = `select name from pg_prepared_statements where statement = '${secret.replaceAll("'", "''")}'`;
      const answers = await client.ask(message.query(text));
      const name = answers.find(({ type }) => type === 'D')?.text.slice(6) ?? '';
      expect(name).toMatch(/^rds_proxy_[0-9a-f]{24}_\d+$/);
      return name;
    }
  });

  test('more than a connection keeps are all there when they are used', async () => {
    const client = await connectRaw(multiplexing);
    const names = Array.from({ length: 450 }, (_, index) => `s${index}`);
    for (const [index, name] of names.entries()) {
      await client.ask(message.parse(name, `select ${index}`), message.sync());
    }

    for (const index of [0, 449, 1, 250]) {
      const answers = await client.ask(...run(`s${index}`));
      expect(answers.find(({ type }) => type === 'D')?.text.slice(6)).toBe(String(index));
    }
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
