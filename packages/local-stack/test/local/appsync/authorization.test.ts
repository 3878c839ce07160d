/** Who may have which field, for every kind of caller and rule, over HTTP. */
import { a } from '@aws-amplify/data-schema';
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { type SigningOptions, signedHeaders } from '@vpc-postgres/testing/support/sign-request.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AppSyncCredentials, loadOrCreateAppSyncCredentials } from '../../../src/appsync/credentials-file.js';

const answering = () => a.handler.function('answer');

/** As Amplify emits it: one query for each rule that a custom operation may have. */
const schema = a.schema({
  forUsers: a
    .query()
    .returns(a.string())
    .authorization((allow) => [allow.authenticated()])
    .handler(answering()),
  forAdmins: a
    .query()
    .returns(a.string())
    .authorization((allow) => [allow.group('admins')])
    .handler(answering()),
  forKey: a
    .query()
    .returns(a.string())
    .authorization((allow) => [allow.publicApiKey()])
    .handler(answering()),
  forGuests: a
    .query()
    .returns(a.string())
    .authorization((allow) => [allow.guest()])
    .handler(answering()),
  forPoolUsers: a
    .query()
    .returns(a.string())
    .authorization((allow) => [allow.authenticated('identityPool')])
    .handler(answering()),
  forKeyAndAdmins: a
    .query()
    .returns(a.string())
    .authorization((allow) => [allow.publicApiKey(), allow.group('admins')])
    .handler(answering()),
});

const FIELDS = ['forUsers', 'forAdmins', 'forKey', 'forGuests', 'forPoolUsers', 'forKeyAndAdmins'];

/** Rules on the fields of objects, and types without any. Amplify leaves what no rule opens to services. */
const OBJECT_SDL = `
  type Query { note: Note @function(name: "answer") @auth(rules: [{allow: private}, {allow: public}]) }
  type Note @aws_api_key @aws_cognito_user_pools {
    open: String
    forOwner: String @auth(rules: [{allow: owner}])
    forTeam: String @auth(rules: [{allow: groups, groupsField: "team"}])
    forSales: String @auth(rules: [{allow: groups, groups: ["sales"]}])
    forKey: String @auth(rules: [{allow: public}])
    plain: Plain
  }
  type Plain { text: String }
`;

const POOL_ONLY_SDL = 'type Query { a: String @function(name: "answer") @auth(rules: [{allow: private}]) }';

const appsync = serveAppSync({
  '/graphql': schema.transform().schema,
  '/objects': OBJECT_SDL,
  '/pool-only': POOL_ONLY_SDL,
});
beforeEach(() => {
  appsync.invoke = async () => 'yes';
});

type Headers = (body: string, url: string) => Promise<Record<string, string>>;

const user =
  (username: string, ...groups: string[]): Headers =>
  async () => ({ authorization: await appsync.userPool.issueToken({ username, groups }) });
const withKey: Headers = async () => ({ 'x-api-key': appsync.access.apiKey });
const signedBy =
  (role: keyof AppSyncCredentials['roles'], options?: SigningOptions): Headers =>
  (body, url) =>
    signedHeaders(url, body, appsync.access.roles[role], options);

/** @param sentQuery what is sent in place of the query that the headers were made for */
async function send(headers: Headers, query: string, path = '/graphql', sentQuery = query) {
  const headersFor = await headers(JSON.stringify({ query }), `${appsync.url}${path}`);
  return appsync.post(path, headersFor, JSON.stringify({ query: sentQuery }));
}

describe('a rule of an operation', () => {
  const callers: [string, Headers, string[]][] = [
    ['a user', user('alice'), ['forUsers']],
    ['an admin', user('carol', 'admins'), ['forUsers', 'forAdmins', 'forKeyAndAdmins']],
    ['a holder of the API key', withKey, ['forKey', 'forKeyAndAdmins']],
    ['a guest of the identity pool', signedBy('guest'), ['forGuests']],
    ['a user of the identity pool', signedBy('authenticated'), ['forPoolUsers']],
    // Amplify lets every role in that is none of an identity pool's and holds appsync:GraphQL.
    ['a service’s role', signedBy('service'), FIELDS],
  ];

  it.each(callers)('lets %s have what is theirs, and nothing else', async (_, headers, allowed) => {
    const { status, body } = await send(headers, `{ ${FIELDS.join(' ')} }`);

    expect(status).toBe(200);
    expect(Object.entries(body.data ?? {}).flatMap(([field, value]) => (value === 'yes' ? [field] : []))).toEqual(
      allowed,
    );
    expect((body.errors ?? []).map(({ errorType, message }) => `${errorType}: ${message}`).toSorted()).toEqual(
      FIELDS.filter((field) => !allowed.includes(field))
        .map((field) => `Unauthorized: Not Authorized to access ${field} on type Query`)
        .toSorted(),
    );
    expect(appsync.events).toHaveLength(allowed.length);
  });
});

describe('a rule of an object’s field', () => {
  const note = { open: '1', forOwner: '2', forTeam: '3', forSales: '4', forKey: '5', owner: 'alice', team: 'sales' };

  it.each<[string, Headers, string[]]>([
    // Amplify has no owners and no groups of an object, unless the object is a model.
    ['its owner', user('alice'), ['open']],
    ['a member of its team and of a group', user('bob', 'sales'), ['open', 'forSales']],
    ['a holder of the API key', withKey, ['open', 'forKey']],
    ['a service’s role', signedBy('service'), ['open', 'forOwner', 'forTeam', 'forSales', 'forKey', 'plain']],
  ])('lets %s have what is theirs, and nothing else', async (_, headers, allowed) => {
    appsync.invoke = async () => ({ ...note, plain: { text: '6' } });

    const { body } = await send(
      headers,
      '{ note { open forOwner forTeam forSales forKey plain { text } } }',
      '/objects',
    );

    const { plain, ...texts } = (body.data?.note ?? {}) as { plain?: { text: string | null } };
    const given = Object.entries({ ...texts, plain: plain?.text ?? null });
    expect(given.flatMap(([name, value]) => (value === null ? [] : [name]))).toEqual(allowed);
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
  it('gives the function the identity of a user of the identity pool, or of a role', async () => {
    await send(signedBy('guest'), '{ forGuests }');
    await send(signedBy('service'), '{ forGuests }');

    expect(appsync.events.map(({ event }) => event.identity)).toMatchObject([
      { cognitoIdentityAuthType: 'unauthenticated', cognitoIdentityId: expect.stringContaining('eu-west-1:') },
      {
        cognitoIdentityAuthType: null,
        cognitoIdentityId: null,
        userArn: expect.stringContaining(':assumed-role/service/'),
      },
    ]);
  });

  const tampered =
    (change: (headers: Record<string, string>) => Record<string, string>): Headers =>
    async (body, url) =>
      change(await signedBy('guest')(body, url));

  it.each<[string, Headers, string]>([
    [
      'of unknown credentials',
      (body, url) => signedHeaders(url, body, { ...appsync.access.roles.guest, accessKeyId: 'ASIAX' }),
      'UnrecognizedClientException',
    ],
    [
      'of another secret',
      (body, url) => signedHeaders(url, body, { ...appsync.access.roles.guest, secretAccessKey: 'x' }),
      'InvalidSignatureException',
    ],
    [
      'of another session',
      (body, url) => signedHeaders(url, body, { ...appsync.access.roles.guest, sessionToken: 'x' }),
      'UnrecognizedClientException',
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
