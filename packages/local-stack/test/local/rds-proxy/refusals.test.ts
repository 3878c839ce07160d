import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalStackError } from '../../../src/local-stack-error.js';
import { issueServerCertificate } from '../../../src/rds-proxy/certificate-authority.js';
import { startRdsProxy } from '../../../src/rds-proxy/server.js';
import { buildStartup } from '../../../src/rds-proxy/wire.js';
import { type ProxyUnderTest, REGION, startProxyUnderTest } from './proxy-under-test.js';

let stack: ProxyUnderTest;
let witness: pg.Client;
beforeAll(async () => {
  stack = await startProxyUnderTest();
  witness = await stack.connect();
});
afterAll(async () => {
  await witness.end();
  await stack.stop();
});

const TLS_REQUEST = Buffer.from('0000000804d2162f', 'hex');
const CANCEL_REQUEST = Buffer.from('0000001004d2162e0000000100000001', 'hex');

/** Everything that the server sends until it closes. */
async function readUntilClose(socket: net.Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.removeAllListeners('error').on('error', () => {});
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

async function expectOthersServed(): Promise<void> {
  const client = await stack.connect();
  await client.end();
  expect((await witness.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
}

describe('a password is refused with the words of RDS Proxy', () => {
  test.each<[string, () => Promise<string>]>([
    ['a token for another user', () => stack.token({ user: 'reporter' })],
    ['a token for another host', () => stack.token({ host: '127.0.0.1' })],
    ['a token for another port', () => stack.token({ port: 5432 })],
    ['a token that was tampered with', async () => (await stack.token()).replace('Expires=900', 'Expires=899')],
    ['a plain password', async () => 'secret'],
    ['an empty password', async () => ' '],
  ])('%s', async (_, password) => {
    const refusal = await stack.refusalOf({ password });

    expect({ code: refusal.code, message: refusal.message, severity: refusal.severity }).toEqual({
      code: '28P01',
      message: 'The IAM authentication failed for the role app. Check the IAM token for this role and try again.',
      severity: 'FATAL',
    });
  });

  test('a valid token of a principal without the grant for that user', async () => {
    const refusal = await stack.refusalOf({ user: 'reporter', password: () => stack.token({ user: 'reporter' }) });

    expect(refusal.code).toBe('28P01');
    expect(stack.events.at(-1)).toMatchObject({
      type: 'refused',
      user: 'reporter',
      reason: expect.stringContaining('not allowed rds-db:connect as reporter'),
    });
  });

  test('an expired token', async () => {
    const { proxy, ca } = await startSecondProxy({ now: () => Date.now() + 901_000 });

    const refusal = await stack.refusalOf({
      port: proxy.port,
      password: () => stack.token({ port: proxy.port }),
      ssl: { ca },
    });
    await proxy.stop();

    expect(refusal.code).toBe('28P01');
  });
});

async function startSecondProxy(options: { now?: () => number; port?: number }) {
  const certificate = await issueServerCertificate();
  const proxy = await startRdsProxy({
    hostname: 'localhost',
    port: 0,
    region: REGION,
    certificate,
    upstreamSocketPath: `${stack.postgres.socketDirectory}/.s.PGSQL.5432`,
    principals: [{ credentials: stack.credentials, databaseUsers: ['app'] }],
    ...options,
  });
  return { proxy, ca: certificate.ca };
}

describe('a connection is refused', () => {
  test('without TLS', async () => {
    const refusal = await stack.refusalOf({ ssl: false });

    expect(refusal.code).toBe('28000');
    expect(refusal.message).toBe('This RDS Proxy requires TLS connections.');
  });

  test.each<[string, pg.ClientConfig]>([
    ['the option statement_timeout', { statement_timeout: 1000 }],
    ['the option lock_timeout', { lock_timeout: 1000 }],
    ['the option idle_in_transaction_session_timeout', { idle_in_transaction_session_timeout: 1000 }],
    ['command-line options', { options: '-c search_path=app' }],
    ['streaming replication mode', { replication: 'database' } as pg.ClientConfig],
  ])('that asks for %s', async (feature, config) => {
    const refusal = await stack.refusalOf(config);

    expect(refusal.code).toBe('0A000');
    expect(refusal.message).toBe(`Feature not supported: RDS Proxy currently doesn't support ${feature}.`);
  });

  test('below TLS 1.2', async () => {
    const socket = await stack.openSocket();
    socket.write(TLS_REQUEST);
    await once(socket, 'data');

    const encrypted = tls.connect({
      socket,
      ca: stack.ca,
      servername: 'localhost',
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });

    await expect(once(encrypted, 'secureConnect')).rejects.toThrow(/version|alert/i);
  });
});

test('a request to cancel is ignored, and the query goes on', async () => {
  const running = witness.query('select pg_sleep(0.2), 1 as one');
  const socket = await stack.openSocket();

  socket.write(CANCEL_REQUEST);

  expect(await readUntilClose(socket)).toBe('');
  expect((await running).rows).toMatchObject([{ one: 1 }]);
});

describe('the others are served while', () => {
  test.each<[string, Buffer]>([
    ['a web browser', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a TLS client that sends no request for TLS', Buffer.from('1603010200010001fc0303', 'hex')],
    ['a packet shorter than a packet', Buffer.from('0000000400030000', 'hex')],
    ['a negative length', Buffer.from('ffffffff00030000', 'hex')],
    ['a packet of 2 GB', Buffer.from('7fffffff00030000', 'hex')],
    ['a request for TLS with bytes behind it', Buffer.concat([TLS_REQUEST, Buffer.alloc(100, 'Q')])],
    ['a request for TLS, then no TLS', Buffer.concat([TLS_REQUEST, Buffer.from('hello')])],
    ['endless requests for GSSAPI', Buffer.from('0000000804d21630'.repeat(50), 'hex')],
  ])('%s gets its connection ended', async (_, bytes) => {
    const socket = await stack.openSocket();
    socket.write(bytes);

    await readUntilClose(socket);

    await expectOthersServed();
  });

  test('garbage within TLS gets its connection ended', async () => {
    const socket = await openTls();
    socket.write(Buffer.from('00000020'.padEnd(64, 'f'), 'hex'));

    await readUntilClose(socket);

    await expectOthersServed();
  });

  test('a password of 2 GB gets its connection ended', async () => {
    const socket = await openTls();
    socket.write(buildStartup({ user: 'app' }));
    await once(socket, 'data');

    socket.write(Buffer.from('707fffffff', 'hex'));
    await readUntilClose(socket);

    await expectOthersServed();
  });

  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['half a packet', Buffer.from('000000', 'hex')],
    ['a request for TLS, then nothing', TLS_REQUEST],
  ])('a client that sends %s is disconnected when its time is up', async (_, bytes) => {
    const handshakeTimeoutMillis = 400;
    const impatient = await stack.startAnother({ handshakeTimeoutMillis });
    const startedAt = performance.now();
    const socket = await impatient.openSocket();
    socket.write(bytes);

    await readUntilClose(socket);

    expect(performance.now() - startedAt).toBeGreaterThan(handshakeTimeoutMillis * 0.9);
    await expect
      .poll(() => impatient.events.at(-1))
      .toMatchObject({ type: 'refused', reason: `no token within ${handshakeTimeoutMillis} ms` });
    await impatient.stop();
    await expectOthersServed();
  });
});

async function openTls(): Promise<tls.TLSSocket> {
  const socket = await stack.openSocket();
  socket.write(TLS_REQUEST);
  await once(socket, 'data');
  const encrypted = tls.connect({ socket, ca: stack.ca, servername: 'localhost' });
  await once(encrypted, 'secureConnect');
  return encrypted;
}

describe('the port', () => {
  test('that another program holds is not taken, and the error names it with the way out', async () => {
    const holder = net.createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as net.AddressInfo;

    const error: unknown = await startSecondProxy({ port }).catch((reason: unknown) => reason);
    holder.close();

    expect(error).toBeInstanceOf(LocalStackError);
    expect((error as LocalStackError).message).toContain(`Port ${port}, for the RDS Proxy emulator, is in use`);
    expect((error as LocalStackError).fix).toMatch(/^Choose another one: PROXY_PORT=\d+ npm start$/);
  });

  test('is free again at once after stop, which ends open connections', async () => {
    const { proxy } = await startSecondProxy({});
    const socket = net.connect({ host: '127.0.0.1', port: proxy.port });
    await once(socket, 'connect');
    const closed = readUntilClose(socket);

    await proxy.stop();
    await proxy.stop();
    const again = await startSecondProxy({ port: proxy.port });
    await again.proxy.stop();

    expect(await closed).toBe('');
  });
});
