import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { toDatabaseError } from '../../../src/database/errors.js';

describe('messages that node-postgres makes without a code', () => {
  const LOST = 'DatabaseUnavailableError';
  const BUG = 'DatabaseStatementError';
  const NAMES: Readonly<Record<string, string>> = {
    'Query read timeout': 'DatabaseTimeoutError',
    'Password must be a string': 'DatabaseAccessError',
    'timeout expired': LOST,
    'timeout exceeded when trying to connect': LOST,
    'Connection terminated': LOST,
    'Connection terminated unexpectedly': LOST,
    'Connection terminated due to connection timeout': LOST,
    'Client has encountered a connection error and is not queryable': LOST,
    'Client was closed and is not queryable': LOST,
    'The server does not support SSL connections': LOST,
    'There was an error establishing an SSL connection': LOST,
    'received invalid response: ': LOST,
    'Received unexpected rowDescription message from backend.': LOST,
    'Received unexpected dataRow message from backend.': LOST,
    'Received unexpected portalSuspended message from backend.': LOST,
    'Received unexpected emptyQuery message from backend.': LOST,
    'Received unexpected commandComplete message from backend.': LOST,
    'Received unexpected parseComplete message from backend.': LOST,
    'Received unexpected copyInResponse message from backend.': LOST,
    'Received unexpected copyData message from backend.': LOST,
    'Client has already been connected. You cannot reuse a client.': BUG,
    'Client was passed a null or undefined query': BUG,
    'A query must have either text or a name. Supplying neither is unsupported.': BUG,
    'Query values must be an array': BUG,
    'callback is not a function': BUG,
    'sslnegotiation=direct requires SSL to be enabled': BUG,
    'Binary mode not supported yet': BUG,
    'Release called on client which has already been released to the pool.': BUG,
    'unexpected condition': BUG,
    'Cannot use a pool after calling end on the pool': BUG,
    'Called end on pool more than once': BUG,
    'Passing a function as the first parameter to pool.query is not supported': BUG,
    // Thrown where nothing can catch it: in the listener of a socket.
    'Unknown authenticationOk message type ': BUG,
    'circular reference detected while preparing "': BUG,
  };

  test.each(Object.entries(NAMES))('"%s" is %s', (message, name) => {
    expect(toDatabaseError(new Error(message)).name).toBe(name);
  });

  test('are all of those in its source', async () => {
    const directory = (name: string) => dirname(createRequire(import.meta.url).resolve(name));
    const files = ['client', 'connection', 'connection-parameters', 'query', 'utils'];
    const paths = [
      ...files.map((name) => join(directory('pg'), `${name}.js`)),
      join(directory('pg-pool'), 'index.js'),
      ...['parser', 'serializer'].map((name) => join(directory('pg-protocol'), `${name}.js`)),
    ];
    const sources = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    const messages = sources
      .flatMap((source) => [...source.matchAll(/new (?:\w+\.)?\w*Error\(\s*'([^']*)'/g)])
      .map(([, message]) => message);

    expect(messages).toContain('The server does not support SSL connections');
    expect(messages.filter((message) => message !== undefined && !Object.hasOwn(NAMES, message))).toEqual([]);
  });

  test.each([
    'SASL: Only mechanism(s) SCRAM-SHA-256 are supported',
    'SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match',
  ])('"%s" is a login that failed', (message) => {
    expect(toDatabaseError(new Error(message)).name).toBe('DatabaseAccessError');
  });
});

test.each(['E', 'N', '?'])('a server that responds to the TLS request with %s is unavailable', async (response) => {
  const server = createServer((socket) => void socket.once('data', () => socket.end(response))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new pg.Client({ host: '127.0.0.1', port, ssl: true });

  const failure = await client.connect().catch((error: unknown) => error);
  server.close();

  expect(toDatabaseError(failure).name).toBe('DatabaseUnavailableError');
});
