import { once } from 'node:events';
import type net from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildMessage, buildStartup, parseErrorFields, REQUEST_CODES } from '../../../src/rds-proxy/wire.js';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';
import { message, type RawClient } from './raw-client.js';

let stack: ProxyUnderTest;
let witness: RawClient;
beforeAll(async () => {
  stack = await startProxyUnderTest();
  witness = await stack.connectRaw();
});
afterAll(async () => {
  witness.destroy();
  await stack.stop();
});

const TLS_REQUEST = packet(REQUEST_CODES.tls);
const GSS_REQUEST = packet(REQUEST_CODES.gssEncryption);
const CANCEL_REQUEST = packet(REQUEST_CODES.cancel, Buffer.alloc(8, 1));
/** The connection ends, without a reason: what was sent is not the protocol. */
const NOTHING = '';

function packet(code: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(8);
  header.writeInt32BE(8 + body.length, 0);
  header.writeInt32BE(code, 4);
  return Buffer.concat([header, body]);
}

const hex = (digits: string) => Buffer.from(digits, 'hex');
const startup = (parameters: Record<string, string>) => buildStartup({ user: 'app', database: 'app', ...parameters });
const rawStartup = (body: string) => packet(REQUEST_CODES.protocolVersion3, Buffer.from(body));
const password = (text: string) => buildMessage('p', `${text}\0`);
const header = (type: string, length: number) => {
  const bytes = Buffer.alloc(5);
  bytes.write(type, 'latin1');
  bytes.writeInt32BE(length, 1);
  return bytes;
};

/** What the error says that a connection ends with: SQLSTATE and the beginning of the message. */
async function lastWords(socket: net.Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.removeAllListeners('error').on('error', () => {});
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // Not events.once, which would take a reset for a failure.
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const bytes = Buffer.concat(chunks);
  const at = bytes.indexOf(Buffer.from('SFATAL'));
  if (at < 0) return NOTHING;
  const { C, M } = parseErrorFields(bytes.subarray(at));
  return `${C} ${M}`;
}

async function openTls(): Promise<tls.TLSSocket> {
  const socket = await stack.openSocket();
  socket.write(TLS_REQUEST);
  await once(socket, 'data');
  const encrypted = tls.connect({ socket, ca: stack.ca, servername: 'localhost' });
  await once(encrypted, 'secureConnect');
  return encrypted;
}

/** Where the bytes are sent: before TLS, within it, instead of a password, or by a client that is logged in. */
const STAGES: Record<string, (bytes: Buffer) => Promise<string>> = {
  async plain(bytes) {
    const socket = await stack.openSocket();
    socket.write(bytes);
    return lastWords(socket);
  },
  async encrypted(bytes) {
    const socket = await openTls();
    socket.write(bytes);
    return lastWords(socket);
  },
  async asPassword(bytes) {
    const socket = await openTls();
    socket.write(startup({}));
    await once(socket, 'data');
    socket.write(bytes);
    return lastWords(socket);
  },
  async loggedIn(bytes) {
    const client = await stack.connectRaw();
    client.send(bytes);
    return lastWords(client.socket);
  },
};

const REFUSED_TOKEN = '28P01 The IAM authentication failed for the role app.';
const TLS_REQUIRED = '28000 This RDS Proxy requires TLS connections.';
const unsupported = (feature: string) => `0A000 Feature not supported: RDS Proxy currently doesn't support ${feature}.`;
const VERSION =
  '0A000 Feature not supported: RDS Proxy supports only version 3.0 of the PostgreSQL messaging protocol.';

test.each<[keyof typeof STAGES, string, Buffer, string]>([
  ['plain', 'an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n'), NOTHING],
  ['plain', 'a TLS hello without a request for TLS', hex('1603010200010001fc0303'), NOTHING],
  ['plain', 'an SSH banner', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'), NOTHING],
  ['plain', 'zeros', Buffer.alloc(64), NOTHING],
  ['plain', 'a packet shorter than a packet', hex('0000000400030000'), NOTHING],
  ['plain', 'a negative length', hex('ffffffff00030000'), NOTHING],
  ['plain', 'a packet of 2 GB', hex('7fffffff00030000'), NOTHING],
  ['plain', 'a packet of one byte too many', Buffer.concat([hex('00002711'), Buffer.alloc(9_997)]), NOTHING],
  ['plain', 'a startup without TLS', startup({}), TLS_REQUIRED],
  [
    'plain',
    'a startup without TLS, with a token right behind',
    Buffer.concat([startup({}), password('x')]),
    TLS_REQUIRED,
  ],
  [
    'plain',
    'a startup without TLS for replication',
    startup({ replication: 'true' }),
    unsupported('streaming replication mode'),
  ],
  ['plain', 'a startup without a user, without TLS', rawStartup('database\0app\0\0'), '28000 A user name is missing'],
  ['plain', 'a startup of protocol 2', packet(0x2_0000, Buffer.alloc(288)), VERSION],
  ['plain', 'a request for TLS with bytes behind it', Buffer.concat([TLS_REQUEST, startup({})]), NOTHING],
  ['plain', 'a request for TLS, then no TLS', Buffer.concat([TLS_REQUEST, Buffer.from('hello')]), NOTHING],
  ['plain', 'two requests for GSSAPI', Buffer.concat([GSS_REQUEST, GSS_REQUEST]), NOTHING],
  ['plain', 'a request to cancel', CANCEL_REQUEST, NOTHING],
  ['plain', 'a request to cancel behind one for GSSAPI', Buffer.concat([GSS_REQUEST, CANCEL_REQUEST]), NOTHING],
  ['plain', 'an unknown request code', packet(80_877_105), VERSION],
  ['encrypted', 'a request for TLS within TLS', TLS_REQUEST, '08P01 invalid startup packet'],
  ['encrypted', 'a request to cancel', CANCEL_REQUEST, NOTHING],
  ['encrypted', 'garbage', Buffer.alloc(64, 0xff), NOTHING],
  ['encrypted', 'protocol 3.2', packet(0x3_0002, Buffer.from('user\0app\0\0')), VERSION],
  ['encrypted', 'protocol 4', packet(0x4_0000, Buffer.from('user\0app\0\0')), VERSION],
  ['encrypted', 'no parameter', rawStartup('\0'), '28000 A user name is missing'],
  ['encrypted', 'an empty user', rawStartup('user\0\0\0'), '28000 A user name is missing'],
  ['encrypted', 'parameters that do not end', rawStartup('user\0app'), '08P01 invalid startup packet'],
  ['encrypted', 'a name without a value', rawStartup('user\0app\0database\0\0'), '08P01 invalid startup packet'],
  ['encrypted', 'two users', rawStartup('user\0app\0user\0postgres\0\0'), '08P01 invalid startup packet'],
  [
    'encrypted',
    'another user behind the end',
    rawStartup('user\0app\0\0user\0postgres\0'),
    '08P01 invalid startup packet',
  ],
  ['encrypted', 'statement_timeout', startup({ statement_timeout: '1' }), unsupported('the option statement_timeout')],
  ['encrypted', 'lock_timeout', startup({ lock_timeout: '1' }), unsupported('the option lock_timeout')],
  [
    'encrypted',
    'session_authorization',
    startup({ session_authorization: 'postgres' }),
    unsupported('the option session_authorization'),
  ],
  ['encrypted', 'role', startup({ role: 'postgres' }), unsupported('the option role')],
  ['encrypted', 'an extension of the protocol', startup({ '_pq_.x': '1' }), unsupported('the option _pq_.x')],
  ['encrypted', 'command-line options', startup({ options: '-c role=postgres' }), unsupported('command-line options')],
  ['encrypted', 'command-line options in capitals', startup({ OPTIONS: '-c a=b' }), unsupported('the option OPTIONS')],
  ['encrypted', 'replication', startup({ replication: 'database' }), unsupported('streaming replication mode')],
  ['asPassword', 'no token', password(''), REFUSED_TOKEN],
  ['asPassword', 'a password', password('secret'), REFUSED_TOKEN],
  ['asPassword', 'a quote', password("' or 1=1 --"), REFUSED_TOKEN],
  ['asPassword', 'a token of 60 KB', password('x'.repeat(60_000)), REFUSED_TOKEN],
  ['asPassword', 'a token of a megabyte', password('x'.repeat(1_000_000)), NOTHING],
  ['asPassword', 'a token of 2 GB', header('p', 0x7fff_ffff), NOTHING],
  ['asPassword', 'a token without an end', buildMessage('p', 'secret'), NOTHING],
  ['asPassword', 'a query', message.query('select 1'), NOTHING],
  ['asPassword', 'a SASL response', buildMessage('p', 'SCRAM-SHA-256\0\0\0\0\0'), REFUSED_TOKEN],
  ['loggedIn', 'an unknown message type', buildMessage('!', ''), '08P01 invalid frontend message type 33'],
  ['loggedIn', 'another password', password('again'), '08P01 invalid frontend message type 112'],
  ['loggedIn', 'a message from a server', buildMessage('Z', 'I'), '08P01 invalid frontend message type 90'],
  ['loggedIn', 'a length below 4', header('Q', 3), '08P01 invalid length 3'],
  ['loggedIn', 'a negative length', header('Q', -1), '08P01 invalid length -1'],
  ['loggedIn', 'a query of 2 GB', header('Q', 0x7fff_ffff), '08P01 invalid length'],
  ['loggedIn', 'a Sync of 1 MB', header('S', 1_000_000), '08P01 invalid length 1000000'],
  ['loggedIn', 'a query without an end', buildMessage('Q', 'select 1'), '08P01 invalid string in message'],
  ['loggedIn', 'a Parse without an end', buildMessage('P', 'name'), '08P01 invalid string in message'],
  ['loggedIn', 'a Bind without names', buildMessage('B', ''), '08P01 invalid string in message'],
  [
    'loggedIn',
    'a Bind with a name that never ends',
    buildMessage('B', 'n'.repeat(100_000)),
    '08P01 invalid string in message',
  ],
  ['loggedIn', 'a Describe of nothing', buildMessage('D', ''), '08P01 invalid string in message'],
  ['loggedIn', 'a request for TLS', TLS_REQUEST, '08P01 invalid frontend message type 0'],
])('hostile bytes are answered with an end, and others served: %s: %s', async (stage, _, bytes, expected) => {
  const words = await STAGES[stage]?.(bytes);

  if (expected === NOTHING) expect(words).toBe(NOTHING);
  else expect(words).toContain(expected);
  expect((await witness.ask(message.query('select 1'))).map(({ type }) => type).join('')).toBe('TDCZ');
  await expect.poll(() => stack.proxy.statistics().databaseConnections).toMatchObject({ borrowed: 0, waiting: 0 });
});
