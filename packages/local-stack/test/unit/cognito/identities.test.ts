import { expect, it } from 'vitest';
import { CognitoError } from '../../../src/cognito/errors.js';
import { IdentityPool } from '../../../src/cognito/identity-pool.js';
import { IDENTITY_OPERATIONS } from '../../../src/cognito/operations/identities.js';
import { LOCAL_PASSWORD } from '../../../src/cognito/users.js';
import { MODEL_EXCEPTIONS } from '../../model-exceptions.js';
import { poolUnderTest } from './pool-under-test.js';

const { pool, signIn, context, pass, configure, reopen } = poolUnderTest();
const SECRET = 'a secret of this test';
const identityPool = () => new IdentityPool(pool(), SECRET);

const call = (operation: string, input: object) =>
  IDENTITY_OPERATIONS[operation]?.(input, { context: context(), identityPool: identityPool() });
const refusal = async (operation: string, input: object) => {
  const error = await call(operation, input)?.catch((reason: unknown) => reason);
  if (!(error instanceof CognitoError)) return ['answered', JSON.stringify(error)];
  expect(MODEL_EXCEPTIONS[operation]).toContain(error.name);
  return [error.name, error.message];
};
const refusalOfCredentials = (input: object) => refusal('GetCredentialsForIdentity', input);
const provider = () => pool().issuer.replace('https://', '');
const login = async (username: string) => ({
  [provider()]: (await signIn(username, LOCAL_PASSWORD)).AuthenticationResult.IdToken,
});
const getId = async (Logins: object = {}) => {
  const answer = await call('GetId', { IdentityPoolId: identityPool().id, Logins });
  return (answer as { IdentityId: string }).IdentityId;
};

it('gives each user an identity of their own, the same at each sign-in and after a restart', async () => {
  const [alice, carol, again] = [
    await getId(await login('alice')),
    await getId(await login('carol')),
    await getId(await login('alice')),
  ];

  expect(alice).toMatch(/^local:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  expect(carol).not.toBe(alice);
  expect(again).toBe(alice);
  const { sub = '' } = pool().users.find('alice') ?? {};
  expect(new IdentityPool(await reopen(), SECRET).identityOfUser(sub).identityId).toBe(alice);
});

it('gives credentials for an hour, from which the identity can be read', async () => {
  const Logins = await login('alice');
  const IdentityId = await getId(Logins);

  const answer = await call('GetCredentialsForIdentity', { IdentityId, Logins });

  expect(answer).toEqual({
    IdentityId,
    Credentials: {
      AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      SecretKey: expect.any(String),
      SessionToken: expect.any(String),
      Expiration: expect.closeTo(Date.now() / 1000 + 3600, -1),
    },
  });
  const { AccessKeyId, SecretKey, SessionToken } = (answer as { Credentials: Record<string, string> }).Credentials;
  const { sub } = pool().users.find('alice') ?? {};
  expect(identityPool().readSessionToken(SessionToken ?? '')).toMatchObject({
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretKey,
    identity: {
      identityId: IdentityId,
      role: 'authenticated',
      authProvider: `"${provider()}","${provider()}:CognitoSignIn:${sub}"`,
    },
  });
  expect(new IdentityPool(pool(), 'another secret').readSessionToken(SessionToken ?? '')).toBeUndefined();
});

it('refuses the identity of another user, and one without a login', async () => {
  const IdentityId = await getId(await login('alice'));

  expect(await refusalOfCredentials({ IdentityId, Logins: await login('carol') })).toEqual([
    'NotAuthorizedException',
    "Logins don't match. Please include at least one valid login for this identity or identity pool.",
  ]);
  expect(await refusalOfCredentials({ IdentityId })).toEqual([
    'NotAuthorizedException',
    `Access to Identity '${IdentityId}' is forbidden.`,
  ]);
});

it('refuses another provider, and a token that is no ID token or has expired', async () => {
  const Logins = await login('alice');
  const [IdentityId, token] = [await getId(Logins), Logins[provider()] ?? ''];
  const refused = async (given: object) => (await refusalOfCredentials({ IdentityId, Logins: given }))[1];

  const unsupported = 'Token is not from a supported provider of this identity pool.';
  expect(await refused({ 'graph.facebook.com': token })).toBe(unsupported);
  expect(await refused({ [provider()]: token, other: token })).toBe(unsupported);
  const access = await pool().issueToken({ username: 'alice' });
  expect(await refused({ [provider()]: access })).toBe('Invalid login token. Missing a required claim: aud');
  expect(await refused({ [provider()]: 'garbage' })).toBe(
    'Invalid login token. Not a valid OpenId Connect identity token.',
  );
  pass({ minutes: 16 });
  const [name, message] = await refusal('GetId', { IdentityPoolId: identityPool().id, Logins });
  expect([name, message]).toEqual([
    'NotAuthorizedException',
    expect.stringMatching(/^Invalid login token. Token expired: \d+ >= \d+$/),
  ]);
});

it('gives guests nothing, unless the pool is set so: then each has a new identity, and goes on as the user', async () => {
  const noGuests = ['NotAuthorizedException', 'Unauthenticated access is not supported for this identity pool.'];
  expect(await refusal('GetId', { IdentityPoolId: identityPool().id })).toEqual(noGuests);
  configure({ allowUnauthenticatedIdentities: true });
  const [guest, other] = [await getId(), await getId()];
  expect(other).not.toBe(guest);

  const ofGuest = await call('GetCredentialsForIdentity', { IdentityId: guest });
  const ofUser = await call('GetCredentialsForIdentity', { IdentityId: guest, Logins: await login('alice') });

  const { SessionToken = '' } = (ofGuest as { Credentials: Record<string, string> }).Credentials;
  expect(identityPool().readSessionToken(SessionToken)?.identity).toEqual({
    identityId: guest,
    role: 'guest',
    authProvider: null,
  });
  expect(ofUser).toMatchObject({ IdentityId: await getId(await login('alice')) });
  configure({ allowUnauthenticatedIdentities: false });
  expect(await refusalOfCredentials({ IdentityId: guest })).toEqual(noGuests);
});

it('knows one identity pool, and no identity that it has not given', async () => {
  const Logins = await login('alice');
  const unknown = 'local:00000000-0000-4000-8000-000000000000';

  expect(await refusal('GetId', { IdentityPoolId: unknown, Logins })).toEqual([
    'ResourceNotFoundException',
    `IdentityPool '${unknown}' not found.`,
  ]);
  for (const given of [{ IdentityId: unknown }, { IdentityId: unknown, Logins }]) {
    expect(await refusalOfCredentials(given)).toEqual([
      'ResourceNotFoundException',
      `Identity '${unknown}' not found.`,
    ]);
  }
  expect((await refusal('GetId', { IdentityPoolId: 'no id' }))[0]).toBe('InvalidParameterException');
});
