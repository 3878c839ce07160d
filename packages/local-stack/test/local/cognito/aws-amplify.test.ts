/** aws-amplify as published against the running stack: what a frontend does, with its configuration alone pointing here. */
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { Amplify } from 'aws-amplify';
import { generateClient } from 'aws-amplify/api';
import * as auth from 'aws-amplify/auth';
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

const PASSWORD = 'Correct-horse-1';
const OTHER_PASSWORD = 'Battery-staple-2';
const SIGN_INS = exhaustive ? 100 : 5;
const CALLS = exhaustive ? 1000 : 50;

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
  const { url, userPool } = stack;
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: userPool.id,
        userPoolClientId: userPool.clientId,
        userPoolEndpoint: `${url}/cognito-idp`,
        identityPoolId: userPool.identityPoolId,
        identityPoolEndpoint: `${url}/cognito-identity`,
        loginWith: { email: true },
      },
    },
    API: { GraphQL: { endpoint: `${url}/graphql`, region: 'eu-west-1', defaultAuthMode: 'userPool' } },
  });
});
afterEach(() => auth.signOut());
afterAll(() => stack.stop());

const lastCode = () => stack.inbox.messages()[0]?.code ?? '';
const nameOf = (action: Promise<unknown>) => action.then(String, ({ name }: Error) => name);
const codeOf = (secret: string, millis = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + millis });

async function signedUp(username: string): Promise<void> {
  await auth.signUp({ username, password: PASSWORD, options: { userAttributes: { email: username } } });
  await auth.confirmSignUp({ username, confirmationCode: lastCode() });
}

it('signs up, confirms, signs in, calls the API, renews its tokens and signs out', async () => {
  const username = 'ada@example.com';
  const { nextStep } = await auth.signUp({ username, password: PASSWORD });
  expect(nextStep).toMatchObject({
    signUpStep: 'CONFIRM_SIGN_UP',
    codeDeliveryDetails: { destination: 'a***@e***', deliveryMedium: 'EMAIL' },
  });
  const unconfirmed = await auth.signIn({ username, password: PASSWORD });
  expect(unconfirmed.nextStep.signInStep).toBe('CONFIRM_SIGN_UP');
  await auth.resendSignUpCode({ username });
  await auth.confirmSignUp({ username, confirmationCode: lastCode() });

  expect((await auth.signIn({ username, password: PASSWORD })).isSignedIn).toBe(true);

  const { userId } = await auth.getCurrentUser();
  expect(await auth.fetchUserAttributes()).toEqual({ sub: userId, email: username, email_verified: 'true' });
  const before = await auth.fetchAuthSession();
  const after = await auth.fetchAuthSession({ forceRefresh: true });
  expect(after.tokens?.accessToken.payload.jti).not.toBe(before.tokens?.accessToken.payload.jti);
  expect(after.tokens?.accessToken.payload.origin_jti).toBe(before.tokens?.accessToken.payload.origin_jti);
  expect(await generateClient().graphql({ query: '{ __typename }' })).toEqual({ data: { __typename: 'Query' } });
});

it(`signs in ${SIGN_INS} times and calls the API ${CALLS} times`, { timeout: 600_000 }, async () => {
  for (let signIn = 0; signIn < SIGN_INS; signIn += 1) {
    expect((await auth.signIn({ username: 'alice@example.com', password: 'Local-password-1' })).isSignedIn).toBe(true);
    for (let call = 0; call < CALLS / SIGN_INS; call += 1) {
      expect(await generateClient().graphql({ query: '{ __typename }' })).not.toHaveProperty('errors');
    }
    await auth.signOut();
  }
});

it('gives the users of local.config.ts their groups', async () => {
  await auth.signIn({ username: 'carol@example.com', password: 'Local-password-1' });

  const { tokens } = await auth.fetchAuthSession();

  expect(tokens?.accessToken.payload['cognito:groups']).toEqual(['admins']);
  expect(await auth.getCurrentUser()).toMatchObject({ username: 'carol' });
});

it('hears the errors of Cognito by their names', async () => {
  const username = 'errors@example.com';
  expect(await nameOf(auth.signUp({ username, password: 'weak' }))).toBe('InvalidPasswordException');
  await signedUp(username);
  expect(await nameOf(auth.signUp({ username, password: PASSWORD }))).toBe('UsernameExistsException');
  expect(await nameOf(auth.signIn({ username, password: OTHER_PASSWORD }))).toBe('NotAuthorizedException');
  expect(await nameOf(auth.signIn({ username: 'nobody@example.com', password: PASSWORD }))).toBe(
    'NotAuthorizedException',
  );
  await auth.resetPassword({ username });
  const wrong = lastCode() === '000000' ? '000001' : '000000';
  const reset = (confirmationCode: string) =>
    auth.confirmResetPassword({ username, confirmationCode, newPassword: OTHER_PASSWORD });
  expect(await nameOf(reset(wrong))).toBe('CodeMismatchException');
  await reset(lastCode());
  expect(await nameOf(reset(lastCode()))).toBe('ExpiredCodeException');
  expect((await auth.signIn({ username, password: OTHER_PASSWORD })).isSignedIn).toBe(true);
});

it('changes the password and the address, and deletes the account', async () => {
  await signedUp('change@example.com');
  await auth.signIn({ username: 'change@example.com', password: PASSWORD });
  await auth.updatePassword({ oldPassword: PASSWORD, newPassword: OTHER_PASSWORD });
  const { email } = await auth.updateUserAttributes({ userAttributes: { email: 'changed@example.com' } });
  expect(email?.nextStep.updateAttributeStep).toBe('CONFIRM_ATTRIBUTE_WITH_CODE');
  await auth.confirmUserAttribute({ userAttributeKey: 'email', confirmationCode: lastCode() });
  expect((await auth.fetchUserAttributes()).email).toBe('changed@example.com');
  await auth.signOut();
  await auth.signIn({ username: 'changed@example.com', password: OTHER_PASSWORD });

  await auth.deleteUser();

  expect(await nameOf(auth.signIn({ username: 'changed@example.com', password: OTHER_PASSWORD }))).toBe(
    'NotAuthorizedException',
  );
});

it('sets up an authenticator app and asks for its code', async () => {
  const username = 'totp@example.com';
  await signedUp(username);
  await auth.signIn({ username, password: PASSWORD });
  const { sharedSecret } = await auth.setUpTOTP();
  // A minute from now nothing of before counts as used; the pool takes the code of the 30 seconds before.
  await auth.verifyTOTPSetup({ code: codeOf(sharedSecret, -30_000) });
  await auth.updateMFAPreference({ totp: 'PREFERRED' });
  expect(await auth.fetchMFAPreference()).toEqual({ enabled: ['TOTP'], preferred: 'TOTP' });
  await auth.signOut();

  const { nextStep } = await auth.signIn({ username, password: PASSWORD });

  expect(nextStep.signInStep).toBe('CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  expect((await auth.confirmSignIn({ challengeResponse: codeOf(sharedSecret, 30_000) })).isSignedIn).toBe(true);
});

it('signs out everywhere', async () => {
  await auth.signIn({ username: 'bob@example.com', password: 'Local-password-1' });
  const { tokens } = await auth.fetchAuthSession();

  await auth.signOut({ global: true });

  const response = await fetch(`${stack.url}/cognito-idp`, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser' },
    body: JSON.stringify({ AccessToken: tokens?.accessToken.toString() }),
  });
  expect(response.headers.get('x-amzn-errortype')).toBe('NotAuthorizedException');
  expect(await response.json()).toEqual({
    __type: 'NotAuthorizedException',
    message: 'Access Token has been revoked',
  });
});
