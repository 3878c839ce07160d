/** aws-amplify and botocore as published: each user signs requests to the API as an identity of their own. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Amplify } from 'aws-amplify';
import { generateClient } from 'aws-amplify/api';
import * as auth from 'aws-amplify/auth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppSyncEvent } from '../../../src/appsync/event.js';
import { LOCAL_PASSWORD } from '../../../src/cognito/users.js';
import { type PoolServer, REGION, startPoolServer } from './pool-server.js';

/** A Python with boto3: .ci/run makes one, and names it in PYTHON. */
const PYTHON = process.env.PYTHON ?? 'python3';
const isMissing = spawnSync(PYTHON, ['-c', 'import boto3']).status !== 0;

const SDL = `
type Query { notes: [String!] @function(name: "notes") @auth(rules: [{allow: private, provider: identityPool}]) }
type Mutation { addNote(text: String!): String @function(name: "notes") @auth(rules: [{allow: private, provider: identityPool}, {allow: public, provider: identityPool}]) }
`;

/** A function whose rows belong to the identity that calls. */
const notes = new Map<string, string[]>();
async function invoke(_: string, { fieldName, arguments: { text }, identity }: AppSyncEvent): Promise<unknown> {
  const owner = String(identity !== null && 'cognitoIdentityId' in identity && identity.cognitoIdentityId);
  const own = notes.get(owner) ?? [];
  if (fieldName === 'notes') return own;
  notes.set(owner, [...own, String(text)]);
  return text;
}

let server: PoolServer;

beforeAll(async () => {
  server = await startPoolServer({
    settings: { allowUnauthenticatedIdentities: true, authFlows: ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH'] },
    api: { sdl: SDL, invoke },
  });
  const { url, endpoint, pool } = server;
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: pool.id,
        userPoolClientId: pool.clientId,
        userPoolEndpoint: endpoint,
        identityPoolId: pool.identityPoolId,
        identityPoolEndpoint: `${url}/cognito-identity`,
        allowGuestAccess: true,
        loginWith: { email: true },
      },
    },
    API: { GraphQL: { endpoint: `${url}/graphql`, region: REGION, defaultAuthMode: 'identityPool' } },
  });
});
afterAll(() => server.stop());

const ask = async (query: string) => {
  try {
    return ((await generateClient().graphql({ query })) as { data: unknown }).data;
  } catch (error) {
    return (error as { errors: { errorType: string }[] }).errors.map(({ errorType }) => errorType);
  }
};

async function as<Result>(username: string, action: () => Promise<Result>): Promise<Result> {
  await auth.signIn({ username, password: LOCAL_PASSWORD });
  try {
    return await action();
  } finally {
    await auth.signOut();
  }
}

test('with aws-amplify each user has an identity of their own, the same after a new sign-in', async () => {
  const sessionOf = (username: string) => as(username, () => auth.fetchAuthSession());

  const [alice, carol, again] = [await sessionOf('alice'), await sessionOf('carol'), await sessionOf('alice')];

  expect(alice.identityId).toMatch(/^local:[0-9a-f-]{36}$/);
  expect(carol.identityId).not.toBe(alice.identityId);
  expect(again.identityId).toBe(alice.identityId);
  expect(carol.credentials?.accessKeyId).not.toBe(alice.credentials?.accessKeyId);
  expect(alice.credentials?.expiration?.getTime()).toBeGreaterThan(Date.now());
});

test('with aws-amplify requests reach a function with the identity that signed them', async () => {
  await as('alice', () => ask('mutation { addNote(text: "of alice") }'));
  await as('carol', () => ask('mutation { addNote(text: "of carol") }'));

  expect(await as('alice', () => ask('{ notes }'))).toEqual({ notes: ['of alice'] });
  expect(await as('carol', () => ask('{ notes }'))).toEqual({ notes: ['of carol'] });
});

test('with aws-amplify a guest has an identity, and only what a rule gives to guests', async () => {
  const { identityId } = await auth.fetchAuthSession();

  expect(await ask('mutation { addNote(text: "of a guest") }')).toEqual({ addNote: 'of a guest' });

  expect(await ask('{ notes }')).toEqual(['Unauthorized']);
  expect(notes.get(identityId ?? '')).toEqual(['of a guest']);
});

const title = 'botocore gets an identity and its credentials, and signs requests with them';
test.skipIf(isMissing)(isMissing ? `skipped: ${PYTHON} has no boto3` : title, async () => {
  const { stdout } = await promisify(execFile)(PYTHON, [join(import.meta.dirname, 'identities.py')], {
    env: {
      PATH: process.env.PATH,
      URL: server.url,
      CLIENT_ID: server.pool.clientId,
      PROVIDER: server.pool.issuer.replace('https://', ''),
      IDENTITY_POOL_ID: server.pool.identityPoolId,
      PASSWORD: LOCAL_PASSWORD,
      AWS_CONFIG_FILE: '/dev/null',
    },
  });

  expect(stdout.trim()).toBe('all as in AWS');
});
