import { Secret, TOTP } from 'otpauth';
import { expect, it } from 'vitest';
import { PASSWORD, poolUnderTest } from './pool-under-test.js';

const { call, refusal, configure, pass, signIn, signedUp } = poolUnderTest();

const codeOf = (secret: string, millis = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + millis });
/** Of another secret: wrong, but for one time in a million. */
const wrongCodeOf = (secret: string) => (codeOf(secret) === '000000' ? '000001' : '000000');

async function withTotp(email: string): Promise<{ secret: string; AccessToken: string }> {
  const { AccessToken } = await signedUp(email);
  const { SecretCode } = await call('AssociateSoftwareToken', { AccessToken });
  await call('VerifySoftwareToken', { AccessToken, UserCode: codeOf(SecretCode) });
  const SoftwareTokenMfaSettings = { Enabled: true, PreferredMfa: true };
  await call('SetUserMFAPreference', { AccessToken, SoftwareTokenMfaSettings });
  return { secret: SecretCode, AccessToken };
}

const respond = (Session: string, SOFTWARE_TOKEN_MFA_CODE: string) => ({
  ChallengeName: 'SOFTWARE_TOKEN_MFA',
  Session,
  ChallengeResponses: { USERNAME: 'any', SOFTWARE_TOKEN_MFA_CODE },
});

it('asks for a code of the app once it is set up, and takes each code once', async () => {
  const { secret, AccessToken } = await withTotp('totp@example.com');
  expect(await call('GetUser', { AccessToken })).toMatchObject({
    UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA',
  });
  const { Session, ChallengeName, AuthenticationResult } = await signIn('totp@example.com');
  expect([ChallengeName, AuthenticationResult]).toEqual(['SOFTWARE_TOKEN_MFA', undefined]);
  expect(await refusal('RespondToAuthChallenge', respond(Session, codeOf(secret)))).toEqual([
    'ExpiredCodeException',
    'Your software token has already been used once.',
  ]);
  expect(await refusal('RespondToAuthChallenge', respond(Session, wrongCodeOf(secret)))).toEqual([
    'CodeMismatchException',
    'Invalid code received for user',
  ]);

  pass({ seconds: 31 });
  const answer = await call('RespondToAuthChallenge', respond(Session, codeOf(secret)));

  expect(answer.AuthenticationResult).toMatchObject({ AccessToken: expect.any(String) });
  expect((await refusal('RespondToAuthChallenge', respond(Session, codeOf(secret, 30_000))))[1]).toBe(
    'Invalid session for the user.',
  );
});

it('takes the code of the 30 seconds before and after, and no other', async () => {
  const { secret } = await withTotp('clocks@example.com');
  pass({ minutes: 10 });
  const { Session } = await signIn('clocks@example.com');
  expect((await refusal('RespondToAuthChallenge', respond(Session, codeOf(secret, -90_000))))[0]).toBe(
    'CodeMismatchException',
  );

  const answer = await call('RespondToAuthChallenge', respond(Session, codeOf(secret, -30_000)));

  expect(answer.AuthenticationResult).toBeDefined();
});

it('looks at no code after five wrong ones', async () => {
  const { secret } = await withTotp('guessed@example.com');
  pass({ minutes: 1 });
  const { Session } = await signIn('guessed@example.com');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await refusal('RespondToAuthChallenge', respond(Session, wrongCodeOf(secret)));
  }

  expect((await refusal('RespondToAuthChallenge', respond(Session, codeOf(secret))))[0]).toBe(
    'TooManyRequestsException',
  );
});

it('looks at no code after five wrong ones at the set-up', async () => {
  const { AccessToken } = await signedUp('guessing@example.com');
  const { SecretCode } = await call('AssociateSoftwareToken', { AccessToken });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await refusal('VerifySoftwareToken', { AccessToken, UserCode: wrongCodeOf(SecretCode) });
  }

  expect((await refusal('VerifySoftwareToken', { AccessToken, UserCode: codeOf(SecretCode) }))[0]).toBe(
    'TooManyRequestsException',
  );
});

it('asks no more once the user has switched it off', async () => {
  const { AccessToken } = await withTotp('off@example.com');
  await call('SetUserMFAPreference', { AccessToken, SoftwareTokenMfaSettings: { Enabled: false } });

  expect((await signIn('off@example.com')).AuthenticationResult).toBeDefined();
});

it('refuses a wrong code at the set-up, and a preference before it', async () => {
  const { AccessToken } = await signedUp('unverified@example.com');
  const { SecretCode } = await call('AssociateSoftwareToken', { AccessToken });
  expect(await refusal('VerifySoftwareToken', { AccessToken, UserCode: wrongCodeOf(SecretCode) })).toEqual([
    'EnableSoftwareTokenMFAException',
    'Code mismatch',
  ]);
  const SoftwareTokenMfaSettings = { Enabled: true };
  expect(await refusal('SetUserMFAPreference', { AccessToken, SoftwareTokenMfaSettings })).toEqual([
    'InvalidParameterException',
    'User has not verified software token mfa',
  ]);
});

it('sets the app up at the sign-in, where everyone needs it', async () => {
  await signedUp('required@example.com');
  configure({ mfa: 'ON' });
  const { ChallengeName, ChallengeParameters, Session } = await signIn('required@example.com');
  expect(ChallengeName).toBe('MFA_SETUP');
  expect(ChallengeParameters.MFAS_CAN_SETUP).toBe('["SOFTWARE_TOKEN_MFA"]');
  const associated = await call('AssociateSoftwareToken', { Session });
  const setup = { ChallengeName: 'MFA_SETUP', ChallengeResponses: { USERNAME: 'any' } };
  expect((await refusal('RespondToAuthChallenge', { ...setup, Session: associated.Session }))[0]).toBe(
    'NotAuthorizedException',
  );
  const UserCode = codeOf(associated.SecretCode);
  const verified = await call('VerifySoftwareToken', { Session: associated.Session, UserCode });

  const answer = await call('RespondToAuthChallenge', { ...setup, Session: verified.Session });

  expect(answer.AuthenticationResult).toBeDefined();
  expect((await signIn('required@example.com')).ChallengeName).toBe('SOFTWARE_TOKEN_MFA');
});

it('has none where the pool has none', async () => {
  const { AccessToken } = await signedUp('none@example.com');
  configure({ mfa: 'OFF', totp: false });

  expect(await refusal('AssociateSoftwareToken', { AccessToken })).toEqual([
    'SoftwareTokenMFANotFoundException',
    'Software Token MFA has not been enabled by the userPool.',
  ]);
});

it('keeps the password the first factor', async () => {
  await withTotp('first@example.com');

  const AuthParameters = { USERNAME: 'first@example.com', PASSWORD: `${PASSWORD}!` };
  expect((await refusal('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }))[1]).toBe(
    'Incorrect username or password.',
  );
});
