/** Tests named statements of clients that share one database connection. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRaw, ONE_CONNECTION, prepareOneConnection, stack, typesOf } from './one-connection.js';
import type { ProxyUnderTest } from './proxy-under-test.js';
import { message, type RawClient } from './raw-client.js';

prepareOneConnection();

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

    /** As PostgreSQL shows it to the session that has the connection. */
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
