/** Tests which sessions the proxy pins, and what it reports of them. */
import { describe, expect, test } from 'vitest';
import { message } from './raw-client.js';
import { connect, preparePostgres, SIX, start, stops } from './six-connections.js';

preparePostgres();

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
