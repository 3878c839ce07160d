/** Checks passwords against the pool's policy, and keeps what SRP needs of them. */
import { CognitoError } from './errors.js';
import type { PoolContext } from './pool-context.js';
import type { PasswordPolicy } from './settings.js';
import { createVerifier, isPassword, type PasswordOwner, type PasswordVerifier } from './srp.js';
import { LOCAL_PASSWORD, type StoredUser } from './users.js';

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-policies.html */
const SYMBOLS = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/;

/** @throws CognitoError that names the first rule that the password breaks, as Cognito does */
export function assertPasswordConforms(password: string, policy: PasswordPolicy): void {
  const problem =
    password.length < policy.minimumLength
      ? 'Password not long enough'
      : policy.requireLowercase && !/[a-z]/.test(password)
        ? 'Password must have lowercase characters'
        : policy.requireUppercase && !/[A-Z]/.test(password)
          ? 'Password must have uppercase characters'
          : policy.requireNumbers && !/[0-9]/.test(password)
            ? 'Password must have numeric characters'
            : policy.requireSymbols && !SYMBOLS.test(password)
              ? 'Password must have symbol characters'
              : undefined;
  if (problem === undefined) return;
  throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${problem}`);
}

export function ownerOf({ pool }: PoolContext, username: string): PasswordOwner {
  return { poolName: pool.id.slice(pool.id.indexOf('_') + 1), username };
}

/** A permanent one: a user who was invited, or had to choose another, has none to choose any more. */
export function setPassword(context: PoolContext, user: StoredUser, password: string): void {
  user.password = createVerifier(ownerOf(context, user.username), password);
  delete user.temporaryPasswordUntilMillis;
  user.modifiedAtMillis = context.now();
}

export function verifierOf(context: PoolContext, user: StoredUser): PasswordVerifier {
  user.password ??= createVerifier(ownerOf(context, user.username), LOCAL_PASSWORD);
  return user.password;
}

/** Counts a wrong one. @throws CognitoError after too many of them */
export function checkPassword(context: PoolContext, user: StoredUser, password: string): boolean {
  const { attempts } = context;
  attempts.assertPasswordAllowed(user.username);
  const isRight = isPassword(ownerOf(context, user.username), verifierOf(context, user), password);
  if (isRight) attempts.rightPassword(user.username);
  else attempts.wrongPassword(user.username);
  return isRight;
}
