/** Sends each kind of caller's requests over HTTP: who can have which field, and which credentials are rejected. */
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { type SigningOptions, signedHeaders } from '@vpc-postgres/testing/support/sign-request.js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IamRole } from '../../../src/appsync/caller.js';
import { loadOrCreateAppSyncCredentials } from '../../../src/appsync/credentials-file.js';
import { subOf } from '../../../src/cognito/user-pool.js';
import {
  AUTHORIZATION_CASES,
  AUTHORIZATION_SDL,
  type AuthorizationCase,
  OBJECT_VALUES,
  OBJECTS_QUERY,
  OPERATIONS,
  objectFieldsIn,
} from '../../authorization-cases.js';

const POOL_ONLY_SDL = 'type Query { a: String @function(name: "answer") @auth(rules: [{allow: private}]) }';

const appsync = serveAppSync({
  '/graphql': AUTHORIZATION_SDL,
  '/pool-only': POOL_ONLY_SDL,
});
beforeEach(() => {
  const values: Readonly<Record<string, unknown>> = OBJECT_VALUES;
  appsync.invoke = async (_, { fieldName }) => values[fieldName] ?? 'yes';
});

type Headers = (body: string, url: string) => Promise<Record<string, string>>;

const user =
  (username: string, ...groups: string[]): Headers =>
  async () => ({ authorization: await appsync.userPool.issueToken({ username, groups }) });
const withKey: Headers = async () => ({ 'x-api-key': appsync.access.apiKey });
const signedBy =
  (role: IamRole, options?: SigningOptions): Headers =>
  (body, url) =>
    signedHeaders(url, body, appsync.credentialsOf(role), options);

/** @param sentQuery what is sent in place of the query that the headers were made for */
async function send(headers: Headers, query: string, path = '/graphql', sentQuery = query) {
  const headersFor = await headers(JSON.stringify({ query }), `${appsync.url}${path}`);
  return appsync.post(path, headersFor, JSON.stringify({ query: sentQuery }));
}

function headersOf({ kind, groups = [] }: AuthorizationCase): Headers {
  if (kind === 'user') return user('alice', ...groups);
  return kind === 'apiKey' ? withKey : signedBy(kind);
}

describe.each(AUTHORIZATION_CASES.filter(({ claims }) => claims === undefined))('$caller', (one) => {
  it('has the operations that a rule allows, and Unauthorized for each other one', async () => {
    const { status, body } = await send(headersOf(one), `{ ${OPERATIONS.join(' ')} }`);

    expect(status).toBe(200);
    expect(OPERATIONS.filter((operation) => body.data?.[operation] === 'yes')).toEqual(one.operations);
    expect((body.errors ?? []).map(({ errorType, message }) => `${errorType}: ${message}`).toSorted()).toEqual(
      OPERATIONS.filter((operation) => !one.operations.includes(operation))
        .map((operation) => `Unauthorized: Not Authorized to access ${operation} on type Query`)
        .toSorted(),
    );
    expect(appsync.events).toHaveLength(one.operations.length);
  });

  it('has the fields of objects that a rule allows, and no other one', async () => {
    const { body } = await send(headersOf(one), OBJECTS_QUERY);

    expect(objectFieldsIn(body.data ?? {})).toEqual(one.objectFields);
  });
});

describe('an API key', () => {
  it('that is wrong is answered with 401, and no function is invoked', async () => {
    const wrong = async () => ({ 'x-api-key': `${appsync.access.apiKey.slice(0, -1)}!` });

    expect(await send(wrong, '{ forKey }')).toEqual({
      status: 401,
      body: { errors: [{ errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' }] },
    });
    expect(appsync.events).toEqual([]);
  });

  it('opens nothing where no rule of the schema asks for one', async () => {
    expect(await send(withKey, '{ a }', '/pool-only')).toMatchObject({
      status: 401,
      body: { errors: [{ message: 'Valid authorization header not provided.' }] },
    });
  });

  it('gives the function no identity', async () => {
    await send(withKey, '{ forKey }');

    expect(appsync.events).toMatchObject([{ event: { fieldName: 'forKey', identity: null } }]);
  });

  it('and the credentials are the same after a restart', async () => {
    expect(await loadOrCreateAppSyncCredentials(appsync.stateDirectory)).toEqual(appsync.access);
  });
});

describe('a signed request', () => {
  it('gives the function the identity of a user or a guest of the identity pool, or of a role', async () => {
    await send(signedBy('authenticated'), '{ forPoolUsers }');
    await send(signedBy('guest'), '{ forGuests }');
    await send(signedBy('service'), '{ forGuests }');

    const { identityPool, userPool } = appsync;
    const { identityId } = identityPool.identityOfUser(subOf('alice'));
    const provider = userPool.issuer.replace('https://', '');
    const ofEach = { accountId: '000000000000', sourceIp: ['127.0.0.1'] };
    const ofPool = { ...ofEach, cognitoIdentityPoolId: identityPool.id };
    expect(appsync.events.map(({ event }) => event.identity)).toEqual([
      {
        ...ofPool,
        cognitoIdentityId: identityId,
        cognitoIdentityAuthType: 'authenticated',
        cognitoIdentityAuthProvider: `"${provider}","${provider}:CognitoSignIn:${subOf('alice')}"`,
        username: expect.stringMatching(/^AROA\w+:CognitoIdentityCredentials$/),
        userArn: 'arn:aws:sts::000000000000:assumed-role/authenticated/CognitoIdentityCredentials',
      },
      {
        ...ofPool,
        cognitoIdentityId: expect.stringMatching(/^local:[0-9a-f-]{36}$/),
        cognitoIdentityAuthType: 'unauthenticated',
        cognitoIdentityAuthProvider: null,
        username: expect.stringMatching(/^AROA\w+:CognitoIdentityCredentials$/),
        userArn: 'arn:aws:sts::000000000000:assumed-role/guest/CognitoIdentityCredentials',
      },
      {
        ...ofEach,
        cognitoIdentityPoolId: null,
        cognitoIdentityId: null,
        cognitoIdentityAuthType: null,
        cognitoIdentityAuthProvider: null,
        username: expect.stringMatching(/^AROA\w+:local$/),
        userArn: 'arn:aws:sts::000000000000:assumed-role/service/local',
      },
    ]);
  });

  const HOUR_MILLIS = 3_600_000;
  const expiredCredentials = () => {
    const { identityPool } = appsync;
    return identityPool.issueCredentials(identityPool.createGuest(), Date.now() - HOUR_MILLIS - 1000);
  };
  /** Those of a guest who calls herself alice. */
  const forgedCredentials = () => {
    const { sessionToken, ...keys } = appsync.credentialsOf('guest');
    const [claims = '', seal] = sessionToken.split('.');
    const { identityId } = appsync.identityPool.identityOfUser(subOf('alice'));
    const forged = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), identity: { identityId } };
    return { ...keys, sessionToken: `${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${seal}` };
  };
  const tampered =
    (change: (headers: Record<string, string>) => Record<string, string>): Headers =>
    async (body, url) =>
      change(await signedBy('guest')(body, url));

  it.each<[string, Headers, string]>([
    [
      'of unknown credentials',
      (body, url) => signedHeaders(url, body, { ...appsync.credentialsOf('guest'), accessKeyId: 'ASIAX' }),
      'UnrecognizedClientException',
    ],
    [
      'of another secret',
      (body, url) => signedHeaders(url, body, { ...appsync.credentialsOf('guest'), secretAccessKey: 'x' }),
      'InvalidSignatureException',
    ],
    [
      'of another session',
      (body, url) =>
        signedHeaders(url, body, {
          ...appsync.credentialsOf('guest'),
          sessionToken: appsync.credentialsOf('authenticated').sessionToken,
        }),
      'UnrecognizedClientException',
    ],
    [
      'of a session whose claims were changed',
      (body, url) => signedHeaders(url, body, forgedCredentials()),
      'UnrecognizedClientException',
    ],
    [
      'of a session that has expired',
      (body, url) => signedHeaders(url, body, expiredCredentials()),
      'ExpiredTokenException',
    ],
    ['for another region', signedBy('guest', { region: 'us-east-1' }), 'InvalidSignatureException'],
    ['for another service', signedBy('guest', { service: 's3' }), 'InvalidSignatureException'],
    [
      'six minutes old',
      signedBy('guest', { signingDate: new Date(Date.now() - 360_000) }),
      'InvalidSignatureException',
    ],
    [
      'from six minutes ahead',
      signedBy('guest', { signingDate: new Date(Date.now() + 360_000) }),
      'InvalidSignatureException',
    ],
    [
      'with another content type',
      tampered((headers) => ({ ...headers, 'content-type': 'text/plain' })),
      'InvalidSignatureException',
    ],
    [
      'cut short',
      tampered((headers) => ({ ...headers, authorization: headers.authorization?.slice(0, -1) ?? '' })),
      'IncompleteSignatureException',
    ],
    [
      'without its host',
      tampered((headers) => ({ ...headers, authorization: headers.authorization?.replace('host;', '') ?? '' })),
      'IncompleteSignatureException',
    ],
  ])('%s is answered with 403, and no function is invoked', async (_, headers, errorType) => {
    const { status, body } = await send(headers, '{ forGuests }');

    expect({ status, errorType: body.errors?.[0]?.errorType }).toEqual({ status: 403, errorType });
    expect(appsync.events).toEqual([]);
  });

  it('with another body than the signed one is answered with 403, whether its hash is sent along or not', async () => {
    const withoutHash = tampered(({ 'x-amz-content-sha256': _, ...headers }) => headers);

    for (const headers of [signedBy('guest'), withoutHash]) {
      const { status, body } = await send(headers, '{ forGuests }', '/graphql', '{ again: forGuests }');
      expect({ status, errorType: body.errors?.[0]?.errorType }).toEqual({
        status: 403,
        errorType: 'InvalidSignatureException',
      });
    }
    expect(appsync.events).toEqual([]);
  });
});
