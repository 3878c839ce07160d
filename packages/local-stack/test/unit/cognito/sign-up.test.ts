import { expect, it } from 'vitest';
import { OTHER_PASSWORD, PASSWORD, poolUnderTest } from './pool-under-test.js';

const { call, refusal, lastCode, inbox, configure, pass, signIn, signedUp, reopen, pool } = poolUnderTest();

it('signs up, confirms and signs in', async () => {
  const { UserSub, ...rest } = await call('SignUp', { Username: 'ada@example.com', Password: PASSWORD });
  expect(UserSub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(rest).toEqual({
    UserConfirmed: false,
    CodeDeliveryDetails: { Destination: 'a***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' },
  });
  expect(inbox().messages()[0]).toMatchObject({
    to: 'ada@example.com',
    username: UserSub,
    purpose: 'confirm the sign-up',
    code: expect.stringMatching(/^\d{6}$/),
  });
  expect(await refusal('InitiateAuth', withPassword('ada@example.com'))).toEqual([
    'UserNotConfirmedException',
    'User is not confirmed.',
  ]);

  await call('ConfirmSignUp', { Username: 'ADA@example.com', ConfirmationCode: lastCode() });

  const { AuthenticationResult } = await signIn('Ada@Example.com');
  expect(AuthenticationResult).toMatchObject({ ExpiresIn: 900, TokenType: 'Bearer' });
  const { UserAttributes } = await call('GetUser', AuthenticationResult);
  expect(UserAttributes).toEqual([
    { Name: 'sub', Value: UserSub },
    { Name: 'email', Value: 'ada@example.com' },
    { Name: 'email_verified', Value: 'true' },
  ]);
});

it.each([
  ['Short-1', 'Password not long enough'],
  ['WITHOUT-LOWERCASE-1', 'Password must have lowercase characters'],
  ['without-uppercase-1', 'Password must have uppercase characters'],
  ['Without-numbers', 'Password must have numeric characters'],
  ['WithoutSymbols1', 'Password must have symbol characters'],
])('refuses the weak password %s', async (Password, message) => {
  expect(await refusal('SignUp', { Username: 'weak@example.com', Password })).toEqual([
    'InvalidPasswordException',
    `Password did not conform with policy: ${message}`,
  ]);
});

it.each([
  ['no address', { Username: 'ada' }, 'Username should be an email.'],
  [
    'an attribute of another schema',
    { UserAttributes: [{ Name: 'custom:plan', Value: 'x' }] },
    /custom:plan: Attribute does not exist in the schema/,
  ],
  ['a name of Object', { UserAttributes: [{ Name: 'constructor', Value: 'x' }] }, /does not exist in the schema/],
  ['no password', { Password: undefined }, /^1 validation error detected: Value null at 'password' failed/],
  ['a name of 129 characters', { Username: 'a'.repeat(129) }, /length less than or equal to 128/],
])('refuses %s', async (_, input, message) => {
  const [name, text] = await refusal('SignUp', { Username: 'new@example.com', Password: PASSWORD, ...input });

  expect(name).toBe('InvalidParameterException');
  expect(text).toMatch(message);
});

it('refuses an attribute that the app client may not write, and one of a wrong type', async () => {
  const input = { Username: 'new@example.com', Password: PASSWORD };
  expect(await refusal('SignUp', { ...input, UserAttributes: [{ Name: 'nickname', Value: 'x' }] })).toEqual([
    'NotAuthorizedException',
    'A client attempted to write unauthorized attribute',
  ]);
  const [name] = await refusal('SignUp', { ...input, Password: 12 });
  expect(name).toBe('SerializationException');
});

it('refuses a second user with the address, and self-service where an administrator creates users', async () => {
  await signedUp('taken@example.com');
  const input = { Username: 'Taken@example.com', Password: PASSWORD };
  expect(await refusal('SignUp', input)).toEqual(['UsernameExistsException', 'User already exists']);

  configure({ allowSelfSignUp: false });
  expect(await refusal('SignUp', { ...input, Username: 'new@example.com' })).toEqual([
    'NotAuthorizedException',
    'SignUp is not permitted for this user pool',
  ]);
});

it('refuses a wrong code, a used one, one of another purpose, and one that has expired', async () => {
  const Username = 'codes@example.com';
  await call('SignUp', { Username, Password: PASSWORD });
  const ConfirmationCode = lastCode();
  const wrong = { Username, ConfirmationCode: ConfirmationCode === '000000' ? '000001' : '000000' };
  expect((await refusal('ConfirmSignUp', wrong))[0]).toBe('CodeMismatchException');
  expect((await refusal('ConfirmForgotPassword', { Username, ConfirmationCode, Password: OTHER_PASSWORD }))[0]).toBe(
    'ExpiredCodeException',
  );

  pass({ hours: 25 });
  expect(await refusal('ConfirmSignUp', { Username, ConfirmationCode })).toEqual([
    'ExpiredCodeException',
    'Invalid code provided, please request a code again.',
  ]);

  await call('ResendConfirmationCode', { Username });
  await call('ConfirmSignUp', { Username, ConfirmationCode: lastCode() });
  expect(await refusal('ConfirmSignUp', { Username, ConfirmationCode: lastCode() })).toEqual([
    'NotAuthorizedException',
    'User cannot be confirmed. Current status is CONFIRMED',
  ]);
  expect((await refusal('ResendConfirmationCode', { Username }))[1]).toBe('User is already confirmed.');
});

it('looks at no code after five wrong ones in an hour, and sends no sixth', async () => {
  const Username = 'guessing@example.com';
  await call('SignUp', { Username, Password: PASSWORD });
  const ConfirmationCode = lastCode();
  const wrong = ConfirmationCode === '000000' ? '000001' : '000000';
  const limit = ['LimitExceededException', 'Attempt limit exceeded, please try after some time.'];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const [name] = await refusal('ConfirmSignUp', { Username, ConfirmationCode: wrong });
    expect(name).toBe('CodeMismatchException');
  }
  expect(await refusal('ConfirmSignUp', { Username, ConfirmationCode })).toEqual(limit);
  for (let attempt = 0; attempt < 5; attempt += 1) await call('ResendConfirmationCode', { Username });
  expect(await refusal('ResendConfirmationCode', { Username })).toEqual(limit);

  pass({ minutes: 61 });
  await call('ConfirmSignUp', { Username, ConfirmationCode: lastCode() });
});

it('says to nobody who exists, except where the app client is set so', async () => {
  const Username = 'nobody@example.com';
  expect(await call('ResendConfirmationCode', { Username })).toEqual({
    CodeDeliveryDetails: { Destination: 'n***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' },
  });
  expect((await refusal('ConfirmSignUp', { Username, ConfirmationCode: '123456' }))[0]).toBe('ExpiredCodeException');

  configure({ preventUserExistenceErrors: false });
  expect(await refusal('ResendConfirmationCode', { Username })).toEqual([
    'UserNotFoundException',
    'User does not exist.',
  ]);
});

it('knows one app client', async () => {
  expect(await refusal('SignUp', { ClientId: 'other', Username: 'new@example.com', Password: PASSWORD })).toEqual([
    'ResourceNotFoundException',
    'User pool client other does not exist.',
  ]);
});

it('keeps users over a restart, and neither their passwords nor their codes', async () => {
  await signedUp('kept@example.com');
  await call('SignUp', { Username: 'waiting@example.com', Password: PASSWORD });

  const { users } = await reopen();

  expect(users.all()).toEqual(pool().users.all());
  const text = JSON.stringify(users.all());
  expect(text).toContain('kept@example.com');
  expect(text).not.toContain(PASSWORD);
  expect(text).not.toContain(`"${lastCode()}"`);
});

function withPassword(USERNAME: string) {
  return { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME, PASSWORD } };
}
