import { expect, it } from 'vitest';
import { OTHER_PASSWORD, PASSWORD, poolUnderTest } from './pool-under-test.js';

const { call, refusal, lastCode, inbox, configure, pass, signIn, signedUp, pool } = poolUnderTest();

it('resets a forgotten password with a code, once, and ends a lockout', async () => {
  const Username = 'forgetful@example.com';
  await signedUp(Username);
  for (let attempt = 0; attempt < 5; attempt += 1) await refusal('InitiateAuth', wrongPassword(Username));
  const { CodeDeliveryDetails } = await call('ForgotPassword', { Username });
  expect(CodeDeliveryDetails.Destination).toBe('f***@e***');
  expect(inbox().messages()[0]?.purpose).toBe('choose a new password');
  const input = { Username, ConfirmationCode: lastCode(), Password: OTHER_PASSWORD };
  expect((await refusal('ConfirmForgotPassword', { ...input, Password: 'short' }))[0]).toBe('InvalidPasswordException');

  await call('ConfirmForgotPassword', input);

  expect((await signIn(Username, OTHER_PASSWORD)).AuthenticationResult).toBeDefined();
  expect((await refusal('InitiateAuth', passwordOf(Username, PASSWORD)))[0]).toBe('NotAuthorizedException');
  expect((await refusal('ConfirmForgotPassword', input))[0]).toBe('ExpiredCodeException');
});

it('takes a code for a forgotten password for an hour', async () => {
  await signedUp('late@example.com');
  await call('ForgotPassword', { Username: 'late@example.com' });
  pass({ minutes: 61 });

  const input = { Username: 'late@example.com', ConfirmationCode: lastCode(), Password: OTHER_PASSWORD };
  expect((await refusal('ConfirmForgotPassword', input))[0]).toBe('ExpiredCodeException');
});

it('simulates a code for an unknown, disabled or unconfirmed user, and sends none', async () => {
  await signedUp('disabled@example.com');
  await call('AdminDisableUser', { Username: 'disabled@example.com' });
  await call('SignUp', { Username: 'unconfirmed@example.com', Password: PASSWORD });
  const sent = inbox().messages().length;
  for (const Username of ['nobody@example.com', 'disabled@example.com', 'unconfirmed@example.com']) {
    const { CodeDeliveryDetails } = await call('ForgotPassword', { Username });
    expect(CodeDeliveryDetails.DeliveryMedium).toBe('EMAIL');
  }
  expect(inbox().messages()).toHaveLength(sent);
  const input = { Username: 'nobody@example.com', ConfirmationCode: '123456', Password: OTHER_PASSWORD };
  expect((await refusal('ConfirmForgotPassword', input))[0]).toBe('CodeMismatchException');

  configure({ preventUserExistenceErrors: false });
  expect((await refusal('ForgotPassword', { Username: 'nobody@example.com' }))[0]).toBe('UserNotFoundException');
  expect(await refusal('ForgotPassword', { Username: 'unconfirmed@example.com' })).toEqual([
    'InvalidParameterException',
    'Cannot reset password for the user as there is no registered/verified email or phone_number',
  ]);
});

it('sends five codes in an hour', async () => {
  const Username = 'eager@example.com';
  await signedUp(Username);
  for (let request = 0; request < 5; request += 1) await call('ForgotPassword', { Username });

  expect((await refusal('ForgotPassword', { Username }))[0]).toBe('LimitExceededException');
});

it('changes a password for who knows the old one', async () => {
  const { AccessToken } = await signedUp('change@example.com');
  const input = { AccessToken, PreviousPassword: PASSWORD, ProposedPassword: OTHER_PASSWORD };
  expect(await refusal('ChangePassword', { ...input, PreviousPassword: OTHER_PASSWORD })).toEqual([
    'NotAuthorizedException',
    'Incorrect username or password.',
  ]);
  expect((await refusal('ChangePassword', { ...input, ProposedPassword: 'weak-weak-weak' }))[0]).toBe(
    'InvalidPasswordException',
  );

  await call('ChangePassword', input);

  expect((await signIn('change@example.com', OTHER_PASSWORD)).AuthenticationResult).toBeDefined();
});

it('keeps the old address until the new one is verified', async () => {
  const { AccessToken } = await signedUp('old@example.com');
  await signedUp('taken@example.com');
  const change = (Value: string) => ({ AccessToken, UserAttributes: [{ Name: 'email', Value }] });
  expect(await refusal('UpdateUserAttributes', change('taken@example.com'))).toEqual([
    'AliasExistsException',
    'An account with the given email already exists.',
  ]);
  expect((await refusal('UpdateUserAttributes', change('no address')))[1]).toBe('Invalid email address format.');

  const { CodeDeliveryDetailsList } = await call('UpdateUserAttributes', change('new@example.com'));

  expect(CodeDeliveryDetailsList).toEqual([
    { Destination: 'n***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' },
  ]);
  expect(inbox().messages()[0]?.to).toBe('new@example.com');
  expect(await emailOf(AccessToken)).toBe('old@example.com');
  expect((await refusal('InitiateAuth', passwordOf('new@example.com', PASSWORD)))[0]).toBe('NotAuthorizedException');

  await call('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' });
  expect(inbox().messages()[0]?.to).toBe('new@example.com');
  await call('VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code: lastCode() });

  expect(await emailOf(AccessToken)).toBe('new@example.com');
  expect((await signIn('new@example.com')).AuthenticationResult).toBeDefined();
});

it('refuses to write what the app client may not', async () => {
  const { AccessToken } = await signedUp('writer@example.com');
  for (const Name of ['nickname', 'email_verified', 'phone_number']) {
    expect(await refusal('UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name, Value: 'true' }] })).toEqual([
      'NotAuthorizedException',
      'A client attempted to write unauthorized attribute',
    ]);
  }
  configure({ writeAttributes: ['email', 'nickname'] });
  await call('UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name: 'nickname', Value: 'Ada' }] });
  await call('DeleteUserAttributes', { AccessToken, UserAttributeNames: ['nickname'] });
  expect((await refusal('DeleteUserAttributes', { AccessToken, UserAttributeNames: ['email'] }))[0]).toBe(
    'InvalidParameterException',
  );
});

it('forgets a user who deletes the account', async () => {
  const { AccessToken, RefreshToken } = await signedUp('leaving@example.com');
  await call('DeleteUser', { AccessToken });

  expect((await refusal('GetUser', { AccessToken }))[0]).toBe('UserNotFoundException');
  for (const operation of ['GlobalSignOut', 'AssociateSoftwareToken']) {
    expect(await refusal(operation, { AccessToken })).toEqual(['NotAuthorizedException', 'Invalid Access Token']);
  }
  expect((await refusal('GetTokensFromRefreshToken', { RefreshToken }))[1]).toBe('Invalid Refresh Token');
  expect((await refusal('InitiateAuth', passwordOf('leaving@example.com', PASSWORD)))[0]).toBe(
    'NotAuthorizedException',
  );
});

it('ends one session with RevokeToken, and all with GlobalSignOut', async () => {
  const first = await signedUp('devices@example.com');
  const second = (await signIn('devices@example.com')).AuthenticationResult;
  await call('RevokeToken', { Token: first.RefreshToken });
  expect(await refusal('GetUser', first)).toEqual(['NotAuthorizedException', 'Access Token has been revoked']);
  expect((await refusal('GetTokensFromRefreshToken', first))[1]).toBe('Refresh Token has been revoked');
  expect((await refusal('GetUser', second))[0]).toBe('answered');
  expect(await call('RevokeToken', { Token: 'none' })).toEqual({});
  expect((await refusal('RevokeToken', { Token: 'none', ClientId: 'other' }))[0]).toBe('UnauthorizedException');

  await call('GlobalSignOut', second);

  expect((await refusal('GetUser', second))[1]).toBe('Access Token has been revoked');
  expect((await refusal('GetTokensFromRefreshToken', second))[1]).toBe('Refresh Token has been revoked');
  const third = (await signIn('devices@example.com')).AuthenticationResult;
  expect((await refusal('GetUser', third))[0]).toBe('answered');
  // AppSync looks at the signature and the time alone.
  expect(await pool().verifyToken(second.AccessToken)).toMatchObject({ username: expect.any(String) });
});

it('takes a token of npm run user:token until its user is signed out everywhere', async () => {
  await signedUp('printed@example.com');
  const AccessToken = await pool().issueToken({ username: 'printed@example.com' });
  expect(await emailOf(AccessToken)).toBe('printed@example.com');

  await call('AdminUserGlobalSignOut', { Username: 'printed@example.com' });

  expect((await refusal('GetUser', { AccessToken }))[1]).toBe('Access Token has been revoked');
});

it.each([
  ['an ID token', async () => (await signIn('carol', 'Local-password-1')).AuthenticationResult.IdToken],
  ['garbage', async () => 'garbage'],
  ['an expired one', () => pool().issueToken({ username: 'carol', expiresInSeconds: -1 })],
])('refuses %s as an access token', async (_, token) => {
  const [name, message] = await refusal('GetUser', { AccessToken: await token() });

  expect(name).toBe('NotAuthorizedException');
  expect(message).toMatch(/^(Invalid Access Token|Access Token has expired)$/);
});

async function emailOf(AccessToken: string): Promise<string> {
  const { UserAttributes } = await call('GetUser', { AccessToken });
  return UserAttributes.find(({ Name }: { Name: string }) => Name === 'email').Value;
}

function passwordOf(USERNAME: string, password: string) {
  return { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME, PASSWORD: password } };
}

function wrongPassword(username: string) {
  return passwordOf(username, 'Wrong-password-3');
}
