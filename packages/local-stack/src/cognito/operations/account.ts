/** What signed-in users see and change of themselves. */
import { z } from 'zod';
import { listAttributes, readAttributes, requireMutable } from '../attributes.js';
import { type CodeDeliveryDetails, sendCode, useCode } from '../codes.js';
import { CognitoError, invalidParameter, wrongPassword } from '../errors.js';
import { assertPasswordConforms, checkPassword, setPassword } from '../password.js';
import type { PoolContext } from '../pool-context.js';
import { userOfToken } from '../sessions.js';
import type { StoredUser } from '../users.js';
import { attributeName, attributes, code, operation, password, token } from './input.js';
import { mfaSettingsOf } from './second-factor.js';

export const getUser = operation(z.object({ AccessToken: token }), async ({ AccessToken }, context) => {
  const user = await userOfToken(context, AccessToken);
  return { Username: user.username, UserAttributes: listAttributes(user), ...mfaSettingsOf(user) };
});

export const changePassword = operation(
  z.object({ AccessToken: token, PreviousPassword: password, ProposedPassword: password }),
  async ({ AccessToken, PreviousPassword, ProposedPassword }, context) => {
    const user = await userOfToken(context, AccessToken);
    const key = `changed password of ${user.username}`;
    context.attempts.assertCodeAllowed(key);
    if (!checkPassword(context, user, PreviousPassword)) {
      context.attempts.countCode(key);
      throw wrongPassword();
    }
    assertPasswordConforms(ProposedPassword, context.settings().passwordPolicy);
    setPassword(context, user, ProposedPassword);
    context.attempts.forgetCodes(key);
    await context.pool.users.save();
    return {};
  },
);

export const updateUserAttributes = operation(
  z.object({ AccessToken: token, UserAttributes: attributes }),
  async ({ AccessToken, UserAttributes }, context) => {
    const user = await userOfToken(context, AccessToken);
    const changed = readAttributes(UserAttributes, context.settings(), 'client');
    requireMutable(Object.keys(changed), context.settings());
    const CodeDeliveryDetailsList = applyChange(context, user, changed);
    await context.pool.users.save();
    return { CodeDeliveryDetailsList };
  },
);

export const deleteUserAttributes = operation(
  z.object({ AccessToken: token, UserAttributeNames: z.array(attributeName) }),
  async ({ AccessToken, UserAttributeNames }, context) => {
    const user = await userOfToken(context, AccessToken);
    const { attributes: schema, writeAttributes } = context.settings();
    for (const name of UserAttributeNames) {
      if (schema[name]?.required) throw invalidParameter(`Cannot delete the required attribute ${name}.`);
      if (writeAttributes.includes(name)) continue;
      throw new CognitoError('NotAuthorizedException', 'A client attempted to write unauthorized attribute');
    }
    for (const name of UserAttributeNames) delete user.attributes[name];
    user.modifiedAtMillis = context.now();
    await context.pool.users.save();
    return {};
  },
);

export const getUserAttributeVerificationCode = operation(
  z.object({ AccessToken: token, AttributeName: attributeName }),
  async ({ AccessToken, AttributeName }, context) => {
    const user = await userOfToken(context, AccessToken);
    assertVerifiable(AttributeName);
    const address = user.unverified.email ?? user.attributes.email;
    if (address === undefined) throw invalidParameter('User does not have an email address.');
    context.attempts.countCode(`requested verify email of ${user.username}`);
    const CodeDeliveryDetails = sendCode(context, user, 'verify email', address);
    await context.pool.users.save();
    return { CodeDeliveryDetails };
  },
);

export const verifyUserAttribute = operation(
  z.object({ AccessToken: token, AttributeName: attributeName, Code: code }),
  async ({ AccessToken, AttributeName, Code }, context) => {
    const user = await userOfToken(context, AccessToken);
    assertVerifiable(AttributeName);
    useCode(context, user, 'verify email', Code);
    const { email } = user.unverified;
    if (email !== undefined) {
      assertAddressIsFree(context, user, email);
      user.attributes.email = email;
      delete user.unverified.email;
    }
    user.attributes.email_verified = 'true';
    user.modifiedAtMillis = context.now();
    await context.pool.users.save();
    return {};
  },
);

export const deleteUser = operation(z.object({ AccessToken: token }), async ({ AccessToken }, context) => {
  context.pool.users.remove(await userOfToken(context, AccessToken));
  await context.pool.users.save();
  return {};
});

/**
 * Gives a user other attributes. A new email address takes the place of the old one when its owner confirms it, where the pool
 * is set so; it is sent a code in either case.
 *
 * @throws CognitoError when somebody else has the address
 */
function applyChange(
  context: PoolContext,
  user: StoredUser,
  { email, ...others }: Record<string, string>,
): CodeDeliveryDetails[] {
  const isNew = email !== undefined && email !== user.attributes.email;
  if (isNew) assertAddressIsFree(context, user, email);
  Object.assign(user.attributes, others);
  user.modifiedAtMillis = context.now();
  if (!isNew) return [];
  if (context.settings().attributesRequireVerificationBeforeUpdate.includes('email')) user.unverified.email = email;
  else Object.assign(user.attributes, { email, email_verified: 'false' });
  return [sendCode(context, user, 'verify email', email)];
}

/** @throws CognitoError when another user signs in with it */
export function assertAddressIsFree({ pool }: PoolContext, user: StoredUser, email: string): void {
  const owner = pool.users.find(email);
  if (owner === undefined || owner === user) return;
  throw new CognitoError('AliasExistsException', 'An account with the given email already exists.');
}

function assertVerifiable(name: string): void {
  if (name !== 'email') throw invalidParameter(`The local user pool verifies email alone, and not ${name}.`);
}
