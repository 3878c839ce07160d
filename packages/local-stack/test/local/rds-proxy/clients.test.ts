import { createHash } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueServerCertificate } from '../../../src/rds-proxy/certificate-authority.js';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';

let stack: ProxyUnderTest;
beforeAll(async () => {
  stack = await startProxyUnderTest();
});
afterAll(() => stack.stop());

async function withClient<Result>(work: (client: pg.Client) => Promise<Result>, config?: pg.ClientConfig) {
  const client = await stack.connect(config);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('a client with a valid token', () => {
  test('gets a session as the user and in the database that it asks for', async () => {
    const { rows } = await withClient((client) => client.query('select session_user, current_database()'));

    expect(rows).toEqual([{ session_user: 'app', current_database: 'app' }]);
  });

  test.each(['127.0.0.1', '::1'])('reaches it at %s, which localhost may mean', async (host) => {
    // By the name: Node.js 22.23 does not find an IPv6 address in a certificate that holds it.
    const checkServerIdentity = (_host: string, certificate: tls.PeerCertificate) =>
      tls.checkServerIdentity('localhost', certificate);
    const { rows } = await withClient((client) => client.query('select 1 as one'), {
      host,
      ssl: { ca: stack.ca, checkServerIdentity },
    });

    expect(rows).toEqual([{ one: 1 }]);
  });

  test('may set what RDS Proxy recognizes at startup', async () => {
    const { rows } = await withClient((client) => client.query("select current_setting('application_name')"), {
      application_name: 'orders-api',
    });

    expect(rows).toEqual([{ current_setting: 'orders-api' }]);
  });

  test('gets no key to cancel a query with', async () => {
    const processId = await withClient(async (client) => (client as unknown as { processID: unknown }).processID);

    expect(processId).toBeNull();
  });

  test('gets the error of PostgreSQL for a database that does not exist', async () => {
    const refusal = await stack.refusalOf({ database: 'nowhere' });

    expect(refusal.code).toBe('3D000');
    expect(refusal.message).toContain('"nowhere" does not exist');
  });

  test('is reported when it opens and when it closes, without its token', async () => {
    const before = stack.events.length;

    await withClient((client) => client.query('select 1'));
    await expect.poll(() => stack.events.slice(before).map(({ type }) => type)).toEqual(['opened', 'closed']);

    expect(stack.events[before]).toMatchObject({ type: 'opened', user: 'app', database: 'app' });
    expect(JSON.stringify(stack.events)).not.toContain('X-Amz');
  });
});

describe('traffic', () => {
  test('a result of 10 MB arrives whole', async () => {
    const { rows } = await withClient((client) =>
      client.query("select string_agg(md5(n::text), '' order by n) as text from generate_series(1, 327680) n"),
    );

    const expected = createHash('md5').update('327680').digest('hex');
    expect(rows[0].text).toHaveLength(10 * 1024 * 1024);
    expect(rows[0].text.endsWith(expected)).toBe(true);
  });

  test('a parameter of 5 MB arrives whole', async () => {
    const parameter = 'é€x'.repeat(5 * 1024 * 1024).slice(0, 5 * 1024 * 1024);

    const { rows } = await withClient((client) => client.query('select md5($1::text)', [parameter]));

    expect(rows).toEqual([{ md5: createHash('md5').update(parameter).digest('hex') }]);
  });

  test('50 connections at once each get their own answer', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => stack.connect()));
    const answers = await Promise.all(
      clients.map((client, index) => client.query('select $1::int as answer', [index])),
    );
    await Promise.all(clients.map((client) => client.end()));

    expect(answers.map(({ rows }) => rows[0].answer)).toEqual(clients.map((_, index) => index));
  });

  test('a client that vanishes in a transaction takes its database session with it', async () => {
    const client = await stack.connect();
    await client.query('begin');
    const { rows } = await client.query('select pg_backend_pid() as session');

    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();

    await withClient((other) =>
      expect
        .poll(
          async () => (await other.query('select from pg_stat_activity where pid = $1', [rows[0].session])).rowCount,
        )
        .toBe(0),
    );
  });
});

test('a client that trusts another CA does not connect', async () => {
  const { ca } = await issueServerCertificate();

  const refusal = await stack.refusalOf({ ssl: { ca } });

  expect(refusal.message).toMatch(/certificate/);
});

test('a restart of PostgreSQL ends open transactions with its own error, and the next connection waits for it to be back', async () => {
  const client = await stack.connect();
  await client.query('begin');
  const lost = once(client, 'error') as Promise<[pg.DatabaseError]>;

  const restarted = stack.postgres.restart();
  const [error] = await lost;
  // Each session ends in its own time. An idle one that has not ended yet would be lent, and lost with its query.
  await expect.poll(() => stack.proxy.statistics().databaseConnections.open).toBe(0);
  const { rows } = await withClient((next) => next.query('select 1 as one'));
  await restarted;

  expect(error.code).toBe('57P01');
  expect(rows).toEqual([{ one: 1 }]);
});
