/**
 * Somebody has a database token, or the keys that sign one, and is not the function. Each token is signed as AWS's own signer
 * would, so that what is refused is what the token says, and not how it was made.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '@vpc-postgres/testing/support/sign-request.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCredentials, type LocalCredentials } from '../../../src/rds-proxy/credentials.js';
import { type ProxyUnderTest, REGION, startProxyUnderTest } from './proxy-under-test.js';

const MINUTE_MILLIS = 60_000;

/** Of the function's role. */
const serving = createCredentials();
/** Of a role that may connect, but as another user: as the function that migrates. */
const migrator = createCredentials();
/** Of somebody in another account. */
const stranger = createCredentials();

let outer: ProxyUnderTest;
let stack: ProxyUnderTest;
let door: { path: string; connections(): number; stop(): Promise<void> };
let connectionsBefore: number;

beforeAll(async () => {
  outer = await startProxyUnderTest();
  door = await openDoor(join(outer.postgres.socketDirectory, '.s.PGSQL.5432'));
  stack = await outer.startAnother({
    upstreamSocketPath: door.path,
    principals: [
      { credentials: serving, databaseUsers: ['app'] },
      { credentials: migrator, databaseUsers: ['migrator'] },
    ],
  });
});
beforeEach(() => {
  stack.events.length = 0;
  connectionsBefore = door.connections();
});
afterAll(async () => {
  await stack?.stop();
  await door?.stop();
  await outer?.stop();
});

/** The only way to PostgreSQL, where everybody who comes through is counted. */
async function openDoor(socketPath: string): Promise<typeof door> {
  const directory = await mkdtemp(join(tmpdir(), 'door-'));
  const path = join(directory, 'postgres');
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    const upstream = net.connect(socketPath);
    socket.on('error', () => upstream.destroy()).pipe(upstream);
    upstream.on('error', () => socket.destroy()).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    connections: () => connections,
    async stop() {
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Subject {
  credentials?: Partial<LocalCredentials>;
  region?: string;
  service?: string;
  host?: string;
  port?: number;
  user?: string;
  action?: string;
  expiresSeconds?: number;
  ageMillis?: number;
}

/** A token whose signature is right for whatever it says. */
async function sign(subject: Subject = {}): Promise<string> {
  const { region = REGION, service = 'rds-db', host = 'localhost', port = stack.proxy.port } = subject;
  const { user = 'app', action = 'connect', expiresSeconds = 900, ageMillis = 0 } = subject;
  const credentials = { ...serving, ...subject.credentials };
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const query = { Action: action, DBUser: user };
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    port,
    path: '/',
    query,
    headers: { host: `${host}:${port}` },
  };
  const options = { expiresIn: expiresSeconds, signingDate: new Date(Date.now() - ageMillis) };
  const { query: signed = {} } = await signer.presign(request, options);
  const text = Object.entries(signed).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `${host}:${port}/?${text.join('&')}`;
}

async function expectRefused(password: string, reason: string, user = 'app'): Promise<void> {
  const refusal = await stack.refusalOf({ password, user });

  const { code, message, severity } = refusal;
  expect({ code, message, severity }).toEqual({
    code: '28P01',
    message: `The IAM authentication failed for the role ${user}. Check the IAM token for this role and try again.`,
    severity: 'FATAL',
  });
  expect(stack.events.at(-1)).toMatchObject({ type: 'refused', reason: expect.stringContaining(reason) });
  expect(door.connections()).toBe(connectionsBefore);
  for (const secret of [password, ...password.split('X-Amz-Signature=').slice(1)]) {
    expect(JSON.stringify([stack.events, message])).not.toContain(secret);
  }
}

test('a token that the thief has not touched opens the door: within its 15 minutes, for this user, here', async () => {
  const token = await sign();
  const client = await stack.connect({ password: token });
  await client.query('select 1');
  await client.end();

  expect(door.connections()).toBeGreaterThan(connectionsBefore);
});

describe('a stolen token is refused, and PostgreSQL is not even asked', () => {
  test.each<[string, () => Promise<string>, string]>([
    ['16 minutes after it was signed', () => sign({ ageMillis: 16 * MINUTE_MILLIS }), 'the token expired'],
    ['a second after its life', () => sign({ ageMillis: 901_000 }), 'the token expired'],
    ['of another region', () => sign({ region: 'us-east-1' }), 'the token is for us-east-1'],
    ['of another host', () => sign({ host: 'other-proxy.example' }), 'the token is for other-proxy.example'],
    ['of the address instead of the name', () => sign({ host: '127.0.0.1' }), 'the token is for 127.0.0.1'],
    ['of the other proxy of the same database', () => sign({ port: outer.proxy.port }), 'the token is for localhost:'],
    ['of another user', () => sign({ user: 'reporter' }), 'the token is for user reporter'],
    ['of the user in capitals', () => sign({ user: 'APP' }), 'the token is for user APP'],
    ['of another service', () => sign({ service: 'rds' }), 'the token is for the service rds'],
    ['of another action', () => sign({ action: 'DescribeDBInstances' }), 'Action is not connect'],
  ])('%s', async (_, token, reason) => {
    await expectRefused(await token(), reason);
  });

  test('by another user than it is for', async () => {
    await expectRefused(await sign(), 'the token is for user app', 'reporter');
  });

  test.each(['App', 'app ', 'app"; --', "app' or '1'='1"])('by a client that calls itself %j', async (user) => {
    await expectRefused(await sign(), 'the token is for user app', user);
  });
});

describe('a forged token is refused, and PostgreSQL is not even asked', () => {
  const tampered = (from: string | RegExp, to: string) => async () =>
    (await sign({ ageMillis: 16 * MINUTE_MILLIS })).replace(from, to);

  test.each<[string, () => Promise<string>, string]>([
    ['by an unknown access key', () => sign({ credentials: stranger }), 'is not known here'],
    [
      'by a secret that was guessed',
      () => sign({ credentials: { secretAccessKey: stranger.secretAccessKey } }),
      'the signature does not match',
    ],
    [
      'with the session token of another session',
      () => sign({ credentials: { sessionToken: stranger.sessionToken } }),
      'the session token is not that of the access key',
    ],
    [
      'with the session token of the role next door',
      () => sign({ credentials: { sessionToken: migrator.sessionToken } }),
      'the session token is not that of the access key',
    ],
    [
      'without a session token',
      async () => (await sign()).replace(/X-Amz-Security-Token=[^&]+&/, ''),
      'the session token is not that of the access key',
    ],
    [
      'with a life of an hour, and the signature right',
      () => sign({ expiresSeconds: 3600 }),
      'is not 1 to 900 seconds',
    ],
    ['with a life of a second more', () => sign({ expiresSeconds: 901 }), 'is not 1 to 900 seconds'],
    ['signed ahead, for tomorrow', () => sign({ ageMillis: -24 * 60 * MINUTE_MILLIS }), 'signed in the future'],
    ['signed 16 minutes ahead', () => sign({ ageMillis: -16 * MINUTE_MILLIS }), 'signed in the future'],
    ['that had expired, with a longer life', tampered('Expires=900', 'Expires=1800'), 'is not 1 to 900 seconds'],
    [
      'that had expired, with a fresher date',
      tampered(/X-Amz-Date=\d{8}T\d{6}Z/, `X-Amz-Date=${new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')}`),
      // Within the first 16 minutes of a day it is of another day besides.
      new Date(Date.now() - 16 * MINUTE_MILLIS).getUTCDate() === new Date().getUTCDate() ? 'signature' : 'another day',
    ],
    [
      'with its user exchanged',
      async () => (await sign({ user: 'reporter' })).replace('=reporter', '=app'),
      'signature',
    ],
  ])('%s', async (_, token, reason) => {
    await expectRefused(await token(), reason);
  });
});

describe('a role that may connect as one user', () => {
  test('may not connect as another', async () => {
    await expectRefused(await sign({ credentials: migrator }), 'is not allowed rds-db:connect as app');
  });

  test('may not connect as the superuser', async () => {
    const token = await sign({ user: 'postgres' });

    await expectRefused(token, 'is not allowed rds-db:connect as postgres', 'postgres');
  });
});
