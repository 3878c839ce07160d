import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { OTHER_PASSWORD, PASSWORD, poolUnderTest } from './pool-under-test.js';

const { call, refusal, configure, pass, signIn, signedUp, pool } = poolUnderTest();

const WRONG = ['NotAuthorizedException', 'Incorrect username or password.'];
const passwordOf = (USERNAME: string, password = PASSWORD) => ({
  AuthFlow: 'USER_PASSWORD_AUTH',
  AuthParameters: { USERNAME, PASSWORD: password },
});

it('gives tokens with the claims of Cognito, for 15 minutes', async () => {
  const { AuthenticationResult } = await signIn('carol@example.com', 'Local-password-1');

  const access = decodeJwt(AuthenticationResult.AccessToken);
  const id = decodeJwt(AuthenticationResult.IdToken);
  const common = {
    sub: expect.any(String),
    'cognito:groups': ['admins'],
    iss: pool().issuer,
    origin_jti: access.origin_jti,
    event_id: expect.any(String),
    auth_time: access.iat,
    exp: (access.iat ?? 0) + 900,
    iat: expect.any(Number),
    jti: expect.any(String),
  };
  expect(access).toEqual({
    ...common,
    client_id: pool().clientId,
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    username: 'carol',
  });
  expect(id).toEqual({
    ...common,
    aud: pool().clientId,
    token_use: 'id',
    'cognito:username': 'carol',
    email: 'carol@example.com',
    email_verified: true,
  });
  for (const token of [AuthenticationResult.AccessToken, AuthenticationResult.IdToken]) {
    expect(await pool().verifyToken(token)).toMatchObject({ username: 'carol', groups: ['admins'] });
  }
});

it('takes the name of a user of local.config.ts, too', async () => {
  expect((await signIn('alice', 'Local-password-1')).AuthenticationResult).toBeDefined();
});

it('refuses an unknown user as it refuses a wrong password, except where the app client is set so', async () => {
  expect(await refusal('InitiateAuth', passwordOf('alice@example.com'))).toEqual(WRONG);
  expect(await refusal('InitiateAuth', passwordOf('nobody@example.com'))).toEqual(WRONG);

  configure({ preventUserExistenceErrors: false });
  expect(await refusal('InitiateAuth', passwordOf('nobody@example.com'))).toEqual([
    'UserNotFoundException',
    'User does not exist.',
  ]);
});

it('makes the same challenge up for an unknown user each time, as for a known one', async () => {
  const start = async (USERNAME: string) => {
    const input = { AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME, SRP_A: 'ab'.repeat(384) } };
    const { ChallengeParameters } = await call('InitiateAuth', input);
    return ChallengeParameters;
  };
  for (const name of ['nobody@example.com', 'alice@example.com']) {
    const [first, second] = [await start(name), await start(name)];
    expect([second.SALT, second.USER_ID_FOR_SRP]).toEqual([first.SALT, first.USER_ID_FOR_SRP]);
    expect(second.SRP_B).not.toBe(first.SRP_B);
    expect(second.SECRET_BLOCK).not.toBe(first.SECRET_BLOCK);
    expect(first.SALT).toMatch(/^[0-9a-f]{32}$/);
  }
  const { USER_ID_FOR_SRP } = await start('nobody@example.com');
  expect(USER_ID_FOR_SRP).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});

it.each(['0', '', 'xyz', 'f'.repeat(771)])('refuses SRP_A of %j', async (SRP_A) => {
  const input = { AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME: 'alice', SRP_A } };

  expect((await refusal('InitiateAuth', input))[0]).toBe('InvalidParameterException');
});

it('locks a user out after five wrong passwords, for twice as long after each further one', async () => {
  await signedUp('locked@example.com');
  const exceeded = ['NotAuthorizedException', 'Password attempts exceeded'];
  const wrong = () => refusal('InitiateAuth', passwordOf('locked@example.com', OTHER_PASSWORD));
  const right = () => refusal('InitiateAuth', passwordOf('locked@example.com'));

  for (let attempt = 0; attempt < 5; attempt += 1) expect(await wrong()).toEqual(WRONG);
  expect(await right()).toEqual(exceeded);
  pass({ seconds: 1 });
  expect(await wrong()).toEqual(WRONG);
  pass({ seconds: 1 });
  expect(await right()).toEqual(exceeded);
  pass({ seconds: 1 });
  expect((await right())[0]).toBe('answered');
  expect(await wrong()).toEqual(WRONG);
  expect((await right())[0]).toBe('answered');
});

it('locks an unknown user out as a known one', async () => {
  const wrong = () => refusal('InitiateAuth', passwordOf('stranger@example.com'));
  for (let attempt = 0; attempt < 5; attempt += 1) expect(await wrong()).toEqual(WRONG);

  expect(await wrong()).toEqual(['NotAuthorizedException', 'Password attempts exceeded']);
});

it('begins to count anew after 15 minutes without an attempt', async () => {
  await signedUp('patient@example.com');
  const wrong = () => refusal('InitiateAuth', passwordOf('patient@example.com', OTHER_PASSWORD));
  for (let attempt = 0; attempt < 5; attempt += 1) await wrong();
  pass({ minutes: 16 });

  expect(await wrong()).toEqual(WRONG);
  expect(await wrong()).toEqual(WRONG);
});

it.each([
  ['USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH flow not enabled for this client'],
  ['CUSTOM_AUTH', 'CUSTOM_AUTH flow not enabled for this client'],
  ['USER_AUTH', 'USER_AUTH flow not enabled for this client'],
  ['constructor', /Member must satisfy enum value set/],
])('refuses the flow %s where the app client does not allow it', async (AuthFlow, message) => {
  configure({ authFlows: ['USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH'] });
  const [name, text] = await refusal('InitiateAuth', { ...passwordOf('alice'), AuthFlow });

  expect(name).toBe('InvalidParameterException');
  expect(text).toMatch(message);
});

it('refuses a challenge that was not made, and one after three minutes', async () => {
  const input = { ChallengeName: 'NEW_PASSWORD_REQUIRED', ChallengeResponses: { NEW_PASSWORD: PASSWORD } };
  const refused = ['NotAuthorizedException', 'Invalid session for the user.'];
  expect(await refusal('RespondToAuthChallenge', { ...input, Session: 'x'.repeat(30) })).toEqual(refused);

  await call('AdminCreateUser', { Username: 'slow@example.com', TemporaryPassword: PASSWORD });
  const { Session } = await signIn('slow@example.com');
  pass({ minutes: 3 });
  expect(await refusal('RespondToAuthChallenge', { ...input, Session })).toEqual(refused);
});

it.each(['REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN'])('renews tokens with %s, of the same sign-in', async (AuthFlow) => {
  const before = (await signIn('carol', 'Local-password-1')).AuthenticationResult;
  pass({ minutes: 20 });
  expect((await refusal('GetUser', before))[1]).toBe('Access Token has expired');
  const AuthParameters = { REFRESH_TOKEN: before.RefreshToken };

  const { AuthenticationResult } = await call('InitiateAuth', { AuthFlow, AuthParameters });

  expect(AuthenticationResult).not.toHaveProperty('RefreshToken');
  const [first, second] = [decodeJwt(before.IdToken), decodeJwt(AuthenticationResult.IdToken)];
  expect([second.origin_jti, second.auth_time]).toEqual([first.origin_jti, first.auth_time]);
  expect((second.exp ?? 0) - (first.exp ?? 0)).toBeGreaterThanOrEqual(1200);
  expect(await call('GetUser', AuthenticationResult)).toMatchObject({ Username: 'carol' });
});

it('renews with GetTokensFromRefreshToken, for seven days', async () => {
  const { RefreshToken } = await signedUp('week@example.com');
  pass({ days: 6 });
  expect((await call('GetTokensFromRefreshToken', { RefreshToken })).AuthenticationResult).toBeDefined();

  pass({ days: 2 });
  expect(await refusal('GetTokensFromRefreshToken', { RefreshToken })).toEqual([
    'NotAuthorizedException',
    'Refresh Token has expired',
  ]);
  expect((await refusal('GetTokensFromRefreshToken', { RefreshToken: 'other' }))[1]).toBe('Invalid Refresh Token');
});
