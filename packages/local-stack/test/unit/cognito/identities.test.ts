import { expect, it } from 'vitest';
import { CognitoError } from '../../../src/cognito/errors.js';
import { IDENTITY_OPERATIONS } from '../../../src/cognito/operations/identities.js';
import { createCredentials } from '../../../src/rds-proxy/credentials.js';
import { poolUnderTest } from './pool-under-test.js';

const { pool, signIn, context, pass } = poolUnderTest();
const credentials = createCredentials();

const call = (operation: string, input: object) =>
  IDENTITY_OPERATIONS[operation]?.(input, { context: context(), credentials });
const refusal = async (operation: string, input: object) => {
  const error = await call(operation, input)?.catch((reason: unknown) => reason);
  return error instanceof CognitoError ? [error.name, error.message] : ['answered', JSON.stringify(error)];
};
const provider = () => pool().issuer.replace('https://', '');
const idToken = async () => (await signIn('alice', 'Local-password-1')).AuthenticationResult.IdToken;

it('gives a signed-in user the credentials of the role of signed-in users, for an hour', async () => {
  const Logins = { [provider()]: await idToken() };
  const { identityPoolId, identityId } = pool();
  expect(await call('GetId', { IdentityPoolId: identityPoolId, Logins })).toEqual({ IdentityId: identityId });

  const answer = await call('GetCredentialsForIdentity', { IdentityId: identityId, Logins });

  expect(answer).toEqual({
    IdentityId: identityId,
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: expect.closeTo(Date.now() / 1000 + 3600, -1),
    },
  });
});

it('gives nothing to a guest, another provider or with a token that is no ID token', async () => {
  const { identityId: IdentityId, identityPoolId: IdentityPoolId } = pool();
  const refused = async (Logins: object) => (await refusal('GetCredentialsForIdentity', { IdentityId, Logins }))[1];
  const token = await idToken();
  expect(await refusal('GetId', { IdentityPoolId })).toEqual([
    'NotAuthorizedException',
    'Unauthenticated access is not supported for this identity pool.',
  ]);
  expect(await refused({})).toBe('Unauthenticated access is not supported for this identity pool.');
  const unsupported = 'Token is not from a supported provider of this identity pool.';
  expect(await refused({ 'graph.facebook.com': token })).toBe(unsupported);
  expect(await refused({ [provider()]: token, other: token })).toBe(unsupported);
  const access = await pool().issueToken({ username: 'alice' });
  for (const other of [access, 'garbage']) {
    expect(await refused({ [provider()]: other })).toBe(
      'Invalid login token. Not a valid OpenId Connect identity token.',
    );
  }
  pass({ minutes: 16 });
  expect(await refused({ [provider()]: token })).toBe('Invalid login token. Token expired.');
});

it('knows one identity pool, and one identity', async () => {
  const Logins = { [provider()]: await idToken() };

  expect(await refusal('GetId', { IdentityPoolId: 'local:other', Logins })).toEqual([
    'ResourceNotFoundException',
    "IdentityPool 'local:other' not found.",
  ]);
  expect((await refusal('GetCredentialsForIdentity', { IdentityId: 'local:other', Logins }))[0]).toBe(
    'ResourceNotFoundException',
  );
});
