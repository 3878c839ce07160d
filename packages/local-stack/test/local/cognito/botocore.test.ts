import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { signedHeaders } from '@vpc-postgres/testing/support/sign-request.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IDENTITY_OPERATIONS } from '../../../src/cognito/operations/identities.js';
import { PUBLIC_OPERATIONS, SIGNED_OPERATIONS } from '../../../src/cognito/operations/table.js';
import { MODEL_EXCEPTIONS } from '../../model-exceptions.js';
import { type PoolServer, startPoolServer } from './pool-server.js';

/** A Python with boto3 and pycognito: .ci/run makes one, and names it in PYTHON. */
const PYTHON = process.env.PYTHON ?? 'python3';
const isMissing = spawnSync(PYTHON, ['-c', 'import pycognito']).status !== 0;

let server: PoolServer;

beforeAll(async () => {
  server = await startPoolServer();
});
afterAll(() => server.stop());

const title = 'botocore and pycognito sign users in and administer them';
test.skipIf(isMissing)(isMissing ? `skipped: ${PYTHON} has no pycognito` : title, async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = server.access.service;

  const { stdout } = await promisify(execFile)(PYTHON, [join(import.meta.dirname, 'administer.py')], {
    env: {
      PATH: process.env.PATH,
      ENDPOINT: server.endpoint,
      USER_POOL_ID: server.pool.id,
      CLIENT_ID: server.pool.clientId,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_CONFIG_FILE: '/dev/null',
    },
  });

  expect(stdout.trim()).toBe('all as in AWS');
});

test.skipIf(isMissing)('the exceptions of each operation are those of botocore’s models', async () => {
  const { stdout } = await promisify(execFile)(PYTHON, [join(import.meta.dirname, 'model_exceptions.py')]);

  const models = JSON.parse(stdout) as typeof MODEL_EXCEPTIONS;
  expect(MODEL_EXCEPTIONS).toEqual(
    Object.fromEntries(Object.keys(MODEL_EXCEPTIONS).map((operation) => [operation, models[operation]])),
  );
  expect(Object.keys(MODEL_EXCEPTIONS).toSorted()).toEqual(
    [PUBLIC_OPERATIONS, SIGNED_OPERATIONS, IDENTITY_OPERATIONS].flatMap((table) => Object.keys(table)).toSorted(),
  );
});

const ask = async (headers: Record<string, string>, body: string) => {
  const target = 'AWSCognitoIdentityProviderService.ListUsers';
  const response = await fetch(server.endpoint, {
    method: 'POST',
    headers: { ...headers, 'x-amz-target': target },
    body,
  });
  const answer = (await response.json()) as { __type?: string };
  return [response.status, answer.__type];
};

test('nobody administers the pool without the signature of the service role', async () => {
  const body = JSON.stringify({ UserPoolId: server.pool.id });
  const { service } = server.access;
  const guest = server.identityPool.issueCredentials(server.identityPool.createGuest(), Date.now());
  const sign = (credentials: typeof service, content = body) =>
    signedHeaders(server.endpoint, content, credentials, { service: 'cognito-idp' });
  expect(await ask(await sign(service), body)).toEqual([200, undefined]);

  expect(await ask({}, body)).toEqual([400, 'MissingAuthenticationTokenException']);
  expect(await ask(await sign(guest), body)).toEqual([400, 'NotAuthorizedException']);
  expect(await ask(await sign(service, '{}'), body)).toEqual([400, 'InvalidSignatureException']);
  const ofAppSync = await signedHeaders(server.endpoint, body, service);
  expect(await ask(ofAppSync, body)).toEqual([400, 'InvalidSignatureException']);
});

test('a page of any origin may call, and the keys are where the issuer of a token has them', async () => {
  const preflight = await fetch(server.endpoint, {
    method: 'OPTIONS',
    headers: { origin: 'http://localhost:5173', 'access-control-request-headers': 'x-amz-target,content-type' },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('x-amz-target,content-type');

  const response = await fetch(`${server.url}/${server.pool.id}/.well-known/jwks.json`);

  const { keys } = (await response.json()) as { keys: object[] };
  expect(keys).toEqual([
    { alg: 'RS256', e: 'AQAB', kid: expect.any(String), kty: 'RSA', n: expect.any(String), use: 'sig' },
  ]);
});
