/** Sends codes of six digits and compares them. A code is good once, for its user and its purpose. */
import { createHash, randomInt } from 'node:crypto';
import { codeExpired, codeMismatch } from './errors.js';
import type { PoolContext } from './pool-context.js';
import type { CodePurpose, StoredUser } from './users.js';

const HOUR_MILLIS = 60 * 60 * 1000;

/** How Cognito tells where a code went. */
export interface CodeDeliveryDetails {
  Destination: string;
  DeliveryMedium: 'EMAIL';
  AttributeName: string;
}

/** @param destination @default - the user's email address */
export function sendCode(
  { inbox, now }: PoolContext,
  user: StoredUser,
  purpose: CodePurpose,
  destination: string = user.attributes.email ?? user.username,
): CodeDeliveryDetails {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const sentAtMillis = now();
  const expiresAtMillis = sentAtMillis + validityMillis(purpose);
  user.codes[purpose] = { hash: hashOf(code), expiresAtMillis };
  inbox.deliver({
    sentAt: new Date(sentAtMillis).toISOString(),
    to: destination,
    username: user.username,
    purpose: describe(purpose),
    code,
    expiresAt: new Date(expiresAtMillis).toISOString(),
  });
  return deliveryTo(destination);
}

/**
 * Uses the code up.
 *
 * @throws CognitoError, by what is wrong with it: none was sent, too late, not this one, tried too often
 */
export function useCode({ attempts, now }: PoolContext, user: StoredUser, purpose: CodePurpose, code: string): void {
  const key = `${purpose} of ${user.username}`;
  attempts.assertCodeAllowed(key);
  const sent = user.codes[purpose];
  if (sent === undefined || sent.expiresAtMillis <= now()) throw codeExpired();
  if (sent.hash !== hashOf(code)) {
    attempts.countCode(key);
    throw codeMismatch();
  }
  delete user.codes[purpose];
  attempts.forgetCodes(key);
}

/** `a***@e***`, as Cognito shows an address in the response to a request for a code. */
export function deliveryTo(address: string): CodeDeliveryDetails {
  const [local = '', domain = ''] = address.split('@');
  return {
    Destination: `${local.slice(0, 1)}***@${domain.slice(0, 1)}***`,
    DeliveryMedium: 'EMAIL',
    AttributeName: 'email',
  };
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html */
function validityMillis(purpose: CodePurpose): number {
  return purpose === 'forgot-password' ? HOUR_MILLIS : 24 * HOUR_MILLIS;
}

function describe(purpose: CodePurpose): string {
  if (purpose === 'sign-up') return 'confirm the sign-up';
  if (purpose === 'forgot-password') return 'choose a new password';
  return 'verify this email address';
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
