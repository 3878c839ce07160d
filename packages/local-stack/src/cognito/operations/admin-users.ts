/** What an administrator does with users. Their requests are signed. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { listAttributes, readAttributes, requireAttributes } from '../attributes.js';
import { sendCode } from '../codes.js';
import { CognitoError, invalidParameter, userNotFound } from '../errors.js';
import { assertPasswordConforms, setPassword } from '../password.js';
import type { PoolContext } from '../pool-context.js';
import { revokeSessions } from '../sessions.js';
import type { PasswordPolicy } from '../settings.js';
import type { StoredUser } from '../users.js';
import { assertAddressIsFree } from './account.js';
import { assertPool } from './client.js';
import { attributes, operation, password, username, userPoolId } from './input.js';
import { mfaSettingsOf } from './second-factor.js';
import { assertIsEmail, newUser } from './sign-up.js';

const DAY_MILLIS = 24 * 60 * 60 * 1000;
const TEMPORARY_PASSWORD_LENGTH = 12;
const PASSWORD_CHARACTERS = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '!#$%*+-=?@'] as const;

export const ofUser = z.object({ UserPoolId: userPoolId, Username: username });

export const adminCreateUser = operation(
  ofUser.extend({
    TemporaryPassword: password.optional(),
    UserAttributes: attributes.default([]),
    MessageAction: z.enum(['RESEND', 'SUPPRESS']).optional(),
  }),
  async (input, context) => {
    assertPool(context, input.UserPoolId);
    const { passwordPolicy, ...settings } = context.settings();
    const { users } = context.pool;
    const existing = users.find(input.Username);
    const isResent = input.MessageAction === 'RESEND';
    if (isResent && existing === undefined) throw userNotFound();
    if (isResent && existing?.status !== 'FORCE_CHANGE_PASSWORD') {
      const message = `Resend not possible. ${input.Username} status is not FORCE_CHANGE_PASSWORD`;
      throw new CognitoError('UnsupportedUserStateException', message);
    }
    if (!isResent && existing !== undefined) {
      throw new CognitoError('UsernameExistsException', 'User account already exists');
    }
    const temporary = input.TemporaryPassword ?? randomPassword(passwordPolicy);
    assertPasswordConforms(temporary, passwordPolicy);
    let user = existing;
    if (user === undefined) {
      const email = assertIsEmail(input.Username);
      const all = { ...readAttributes(input.UserAttributes, { ...settings, passwordPolicy }, 'admin'), email };
      requireAttributes(all, { ...settings, passwordPolicy });
      user = newUser(context, all);
      user.status = 'FORCE_CHANGE_PASSWORD';
      users.add(user);
    }
    const sentAtMillis = context.now();
    const expiresAtMillis = sentAtMillis + passwordPolicy.temporaryPasswordValidityDays * DAY_MILLIS;
    setPassword(context, user, temporary);
    user.temporaryPasswordUntilMillis = expiresAtMillis;
    if (input.MessageAction !== 'SUPPRESS') {
      context.inbox.deliver({
        sentAt: new Date(sentAtMillis).toISOString(),
        to: user.attributes.email ?? user.username,
        username: user.username,
        purpose: 'sign in with this temporary password',
        code: temporary,
        expiresAt: new Date(expiresAtMillis).toISOString(),
      });
    }
    await users.save();
    return { User: describeUser(user, 'Attributes') };
  },
);

export const adminGetUser = operation(ofUser, (input, context) => {
  const user = findUser(context, input);
  return { ...describeUser(user, 'UserAttributes'), ...mfaSettingsOf(user) };
});

export const adminSetUserPassword = operation(
  ofUser.extend({ Password: password, Permanent: z.boolean().default(false) }),
  changing((user, { Password, Permanent }, context) => {
    const { passwordPolicy } = context.settings();
    assertPasswordConforms(Password, passwordPolicy);
    setPassword(context, user, Password);
    user.status = Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD';
    context.attempts.rightPassword(user.username);
    if (Permanent) return;
    user.temporaryPasswordUntilMillis = context.now() + passwordPolicy.temporaryPasswordValidityDays * DAY_MILLIS;
  }),
);

export const adminConfirmSignUp = operation(
  ofUser,
  changing((user) => {
    if (user.status !== 'UNCONFIRMED') {
      const message = `User cannot be confirmed. Current status is ${user.status}`;
      throw new CognitoError('NotAuthorizedException', message);
    }
    user.status = 'CONFIRMED';
    delete user.codes['sign-up'];
  }),
);

export const adminUpdateUserAttributes = operation(
  ofUser.extend({ UserAttributes: attributes }),
  changing((user, { UserAttributes }, context) => {
    const changed = readAttributes(UserAttributes, context.settings(), 'admin');
    if (changed.email !== undefined) assertAddressIsFree(context, user, changed.email);
    // An address that nobody has confirmed, unless the administrator says so.
    const isOther = changed.email !== undefined && changed.email !== user.attributes.email;
    Object.assign(user.attributes, isOther && { email_verified: 'false' }, changed);
  }),
);

export const adminDisableUser = operation(
  ofUser,
  changing((user, _, context) => {
    user.isEnabled = false;
    revokeSessions(context, user);
  }),
);

export const adminEnableUser = operation(
  ofUser,
  changing((user) => {
    user.isEnabled = true;
  }),
);

export const adminUserGlobalSignOut = operation(
  ofUser,
  changing((user, _, context) => revokeSessions(context, user)),
);

export const adminResetUserPassword = operation(ofUser, async (input, context) => {
  const user = findUser(context, input);
  if (user.attributes.email_verified !== 'true') {
    throw invalidParameter(
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    );
  }
  user.status = 'RESET_REQUIRED';
  sendCode(context, user, 'forgot-password');
  await context.pool.users.save();
  return {};
});

export const adminDeleteUser = operation(
  ofUser,
  changing((user, _, context) => context.pool.users.remove(user)),
);

/** @throws CognitoError when there is no such user, or pool */
export function findUser(context: PoolContext, input: z.output<typeof ofUser>): StoredUser {
  assertPool(context, input.UserPoolId);
  const user = context.pool.users.find(input.Username);
  if (user === undefined) throw userNotFound();
  return user;
}

/** @param attributesName `AdminGetUser` has another name for them than the rest */
export function describeUser(user: StoredUser, attributesName: 'Attributes' | 'UserAttributes'): object {
  return {
    Username: user.username,
    [attributesName]: listAttributes(user),
    // Times are seconds in this protocol.
    UserCreateDate: user.createdAtMillis / 1000,
    UserLastModifiedDate: user.modifiedAtMillis / 1000,
    Enabled: user.isEnabled,
    UserStatus: user.status,
  };
}

/** An operation that changes a user, and answers nothing. */
export function changing<Input extends z.output<typeof ofUser>>(
  change: (user: StoredUser, input: Input, context: PoolContext) => void,
): (input: Input, context: PoolContext) => Promise<object> {
  return async (input, context) => {
    const user = findUser(context, input);
    change(user, input, context);
    user.modifiedAtMillis = context.now();
    await context.pool.users.save();
    return {};
  };
}

/** One that every policy takes. */
function randomPassword({ minimumLength }: PasswordPolicy): string {
  const length = Math.max(minimumLength, TEMPORARY_PASSWORD_LENGTH);
  return Array.from({ length }, (_, index) => {
    const characters = PASSWORD_CHARACTERS[index % PASSWORD_CHARACTERS.length] ?? '';
    return characters[randomInt(characters.length)];
  }).join('');
}
