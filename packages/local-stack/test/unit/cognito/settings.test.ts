import { expect, it } from 'vitest';
import { readUserPoolSettings } from '../../../src/cognito/settings.js';

it('reads attributes by the names of Cognito, and those of the app as they are', () => {
  const { attributes } = readUserPoolSettings({
    loginWith: { email: true },
    userAttributes: {
      givenName: { required: true, mutable: false },
      fullname: {},
      'custom:plan': { dataType: 'String', minLen: 2, maxLen: 10 },
      'custom:level': { dataType: 'Number', min: 1, max: 9, mutable: false },
    },
  });

  expect(attributes).toMatchObject({
    email: { required: true, mutable: true, dataType: 'String' },
    given_name: { required: true, mutable: false, dataType: 'String' },
    name: { required: false, mutable: true, dataType: 'String' },
    'custom:plan': { required: false, mutable: true, dataType: 'String', min: 2, max: 10 },
    'custom:level': { required: false, mutable: false, dataType: 'Number', min: 1, max: 9 },
  });
});

it.each([
  [undefined, 'OFF', false],
  [{ mode: 'OFF' }, 'OFF', false],
  [{ mode: 'OPTIONAL', totp: true }, 'OPTIONAL', true],
  [{ mode: 'OPTIONAL', sms: true }, 'OPTIONAL', false],
  [{ mode: 'REQUIRED', totp: true }, 'ON', true],
])('reads the second factor of %j', (multifactor, mfa, totp) => {
  expect(readUserPoolSettings({ loginWith: { email: true }, multifactor })).toMatchObject({ mfa, totp });
});

it('names what the pool does not have', () => {
  const { unsupported } = readUserPoolSettings({
    loginWith: {
      email: { otpLogin: true, verificationEmailStyle: 'LINK' },
      phone: true,
      externalProviders: {},
      webAuthn: true,
    },
    multifactor: { mode: 'OPTIONAL', sms: true, email: true },
    triggers: { postConfirmation: {}, preSignUp: {} },
    senders: {},
  });

  expect(unsupported).toEqual([
    'the trigger postConfirmation',
    'the trigger preSignUp',
    'sign-in with a phone number',
    'sign-in with an external provider',
    'passkeys',
    'sign-in with a code by email',
    'confirmation by a link: it is a code here',
    'a second factor by SMS',
    'a second factor by email',
    'a sender of messages: they are in the inbox of the console',
  ]);
});

it('has an email address for a user pool that another stack has made', () => {
  const placeholder = new Proxy(() => {}, { get: () => placeholder });

  expect(readUserPoolSettings(placeholder)).toMatchObject({
    usernameAttributes: ['email'],
    groups: [],
    unsupported: [],
  });
});
