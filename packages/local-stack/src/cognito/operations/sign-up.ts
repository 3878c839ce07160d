/** SignUp, and its confirmation by a code. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isEmailAddress, readAttributes, requireAttributes } from '../attributes.js';
import { deliveryTo, sendCode, useCode } from '../codes.js';
import { CognitoError, codeExpired, invalidParameter, userDisabled, userNotFound } from '../errors.js';
import { assertPasswordConforms, setPassword } from '../password.js';
import type { PoolContext } from '../pool-context.js';
import type { StoredUser } from '../users.js';
import { assertClient } from './client.js';
import { attributes, clientId, code, operation, password, username } from './input.js';

export const signUp = operation(
  z.object({
    ClientId: clientId,
    Username: username,
    Password: password,
    UserAttributes: attributes.default([]),
  }),
  async (input, context) => {
    const { pool, settings: currentSettings } = context;
    assertClient(context, input.ClientId);
    const settings = currentSettings();
    if (!settings.allowSelfSignUp) {
      throw new CognitoError('NotAuthorizedException', 'SignUp is not permitted for this user pool');
    }
    const email = assertIsEmail(input.Username);
    assertPasswordConforms(input.Password, settings.passwordPolicy);
    const own = readAttributes(input.UserAttributes, settings, 'client');
    const all = { ...own, email, email_verified: 'false' };
    requireAttributes(all, settings);
    if (pool.users.find(email) !== undefined) throw new CognitoError('UsernameExistsException', 'User already exists');

    const user = newUser(context, all);
    setPassword(context, user, input.Password);
    pool.users.add(user);
    const CodeDeliveryDetails = sendCode(context, user, 'sign-up');
    await pool.users.save();
    return { UserConfirmed: false, UserSub: user.sub, CodeDeliveryDetails };
  },
);

export const confirmSignUp = operation(
  z.object({ ClientId: clientId, Username: username, ConfirmationCode: code }),
  async (input, context) => {
    const user = findUser(context, input);
    if (user === undefined) throw codeExpired();
    if (!user.isEnabled) throw userDisabled();
    if (user.status !== 'UNCONFIRMED') {
      const message = `User cannot be confirmed. Current status is ${user.status}`;
      throw new CognitoError('NotAuthorizedException', message);
    }
    useCode(context, user, 'sign-up', input.ConfirmationCode);
    user.status = 'CONFIRMED';
    user.attributes.email_verified = 'true';
    user.modifiedAtMillis = context.now();
    await context.pool.users.save();
    return {};
  },
);

export const resendConfirmationCode = operation(
  z.object({ ClientId: clientId, Username: username }),
  async (input, context) => {
    const user = findUser(context, input);
    if (user === undefined || !user.isEnabled) return { CodeDeliveryDetails: deliveryTo(input.Username) };
    if (user.status !== 'UNCONFIRMED') throw invalidParameter('User is already confirmed.');
    context.attempts.countCode(`resent sign-up of ${user.username}`);
    const CodeDeliveryDetails = sendCode(context, user, 'sign-up');
    await context.pool.users.save();
    return { CodeDeliveryDetails };
  },
);

/** A user without a password, who is not in the pool yet. */
export function newUser({ now }: PoolContext, userAttributes: Record<string, string>): StoredUser {
  // As in Cognito where users sign in with their email address: the name is the sub.
  const sub = randomUUID();
  return {
    username: sub,
    sub,
    status: 'UNCONFIRMED',
    isEnabled: true,
    createdAtMillis: now(),
    modifiedAtMillis: now(),
    attributes: userAttributes,
    unverified: {},
    groups: [],
    codes: {},
    sessions: [],
  };
}

export function assertIsEmail(name: string): string {
  if (isEmailAddress(name)) return name;
  throw invalidParameter('Username should be an email.');
}

/**
 * @returns undefined for an unknown user whom the app client hides
 * @throws CognitoError for another app client, and for an unknown user where they are not hidden
 */
export function findUser(context: PoolContext, input: { ClientId: string; Username: string }): StoredUser | undefined {
  assertClient(context, input.ClientId);
  const user = context.pool.users.find(input.Username);
  if (user === undefined && !context.settings().preventUserExistenceErrors) throw userNotFound();
  return user;
}
