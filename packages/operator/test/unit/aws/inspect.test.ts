import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { openReader, type ReaderOptions } from '../../../src/aws/reader.js';
import { SECRET_READS } from '../../../src/aws/reads.js';

const SECRET = 'correct-horse-7Qx9';
const credentials = { accessKeyId: 'anybody', secretAccessKey: 'anything' };

let server: Server | undefined;

async function open(status: number, body: string, options: Partial<ReaderOptions> = { inspectsSecrets: true }) {
  const started = createServer((_, response) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body),
  );
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  return openReader(['sts:GetCallerIdentity'], { region: 'eu-west-1', endpoint, credentials, ...options });
}

afterEach(() => server?.close());

test('of a secret what the callback returns is kept, and nothing else', async () => {
  const reader = await open(200, JSON.stringify({ SecretString: SECRET }));

  const answer = await reader.inspect(
    'secretsmanager:GetSecretValue',
    { SecretId: 'orders' },
    ({ SecretString = '' }) => SecretString.length,
  );

  expect(answer).toEqual({ ok: true, value: SECRET.length });
});

test.each([
  ['an answer that the SDK cannot parse', 200, `{"SecretString": ${SECRET}`],
  ['an error that quotes the value', 400, JSON.stringify({ __type: 'InvalidRequestException', message: SECRET })],
])('%s is described without the value', async (_, status, body) => {
  const reader = await open(status, body);

  const answer = await reader.inspect('secretsmanager:GetSecretValue', { SecretId: 'orders' }, () => true);

  expect(answer).toMatchObject({ ok: false, refusal: { read: 'secretsmanager:GetSecretValue', reason: 'failed' } });
  expect(inspect(answer, { depth: null, showHidden: true })).not.toContain(SECRET);
});

test('the error of a callback that throws the value has no part of it', async () => {
  const reader = await open(200, JSON.stringify({ SecretString: SECRET }));

  const answer = await reader.inspect('secretsmanager:GetSecretValue', { SecretId: 'orders' }, ({ SecretString }) => {
    throw new Error(SecretString);
  });

  expect(inspect(answer, { depth: null, showHidden: true })).not.toContain(SECRET);
});

test('a reader that was not opened for secrets reads none', async () => {
  const reader = await open(200, JSON.stringify({ SecretString: SECRET }), {});

  await expect(reader.inspect('secretsmanager:GetSecretValue', { SecretId: 'orders' }, String)).rejects.toThrow(
    'secretsmanager:GetSecretValue is not permitted to this command.',
  );
});

test('the values of secrets are read by two operations', () => {
  expect(Object.keys(SECRET_READS)).toEqual(['secretsmanager:GetSecretValue', 'ssm:GetParameter']);
});
