/** The second factor: codes of an authenticator app. */
import { Secret, TOTP } from 'otpauth';
import { z } from 'zod';
import type { Challenge } from '../challenges.js';
import {
  CognitoError,
  invalidAccessToken,
  invalidParameter,
  invalidSession,
  tooManyRequests,
  userDisabled,
} from '../errors.js';
import type { PoolContext } from '../pool-context.js';
import { userOfToken } from '../sessions.js';
import type { StoredUser } from '../users.js';
import { operation, session, token, totpCode } from './input.js';

/** Cognito's: 160 bits. */
const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
/** The code of 30 seconds before and after is taken, for clocks that differ. */
const WINDOW = 1;

type MfaSetup = Extract<Challenge, { name: 'MFA_SETUP' }>;

export const associateSoftwareToken = operation(
  z.object({ AccessToken: token.optional(), Session: session.optional() }),
  async ({ AccessToken, Session }, context) => {
    assertTotp(context);
    const secret = new Secret({ size: SECRET_BYTES }).base32;
    if (AccessToken !== undefined) {
      const user = await userOfToken(context, AccessToken, invalidAccessToken);
      user.totp = { secret, isVerified: false, isEnabled: false, isPreferred: false };
      await context.pool.users.save();
      return { SecretCode: secret };
    }
    const { challenge } = setupOf(context, Session);
    challenge.secret = secret;
    return { SecretCode: secret, Session: reopen(context, Session, challenge) };
  },
);

export const verifySoftwareToken = operation(
  z.object({
    AccessToken: token.optional(),
    Session: session.optional(),
    UserCode: totpCode,
    FriendlyDeviceName: z.string().max(131_072).optional(),
  }),
  async ({ AccessToken, Session, UserCode }, context) => {
    assertTotp(context);
    if (AccessToken !== undefined) {
      const user = await userOfToken(context, AccessToken);
      if (user.totp === undefined) throw invalidParameter('Software token has not been associated with this user.');
      user.totp = {
        ...user.totp,
        isVerified: true,
        usedCounter: verifiedCounter(context, user, user.totp.secret, UserCode),
      };
      await context.pool.users.save();
      return { Status: 'SUCCESS' };
    }
    const { challenge, user } = setupOf(context, Session);
    if (challenge.secret === undefined)
      throw invalidParameter('Software token has not been associated with this session.');
    const usedCounter = verifiedCounter(context, user, challenge.secret, UserCode);
    user.totp = { secret: challenge.secret, isVerified: true, isEnabled: true, isPreferred: true, usedCounter };
    challenge.isVerified = true;
    await context.pool.users.save();
    return { Status: 'SUCCESS', Session: reopen(context, Session, challenge) };
  },
);

const preference = z.object({ Enabled: z.boolean().default(false), PreferredMfa: z.boolean().default(false) });

export const setUserMfaPreference = operation(
  z.object({
    AccessToken: token,
    SoftwareTokenMfaSettings: preference.optional(),
    SMSMfaSettings: preference.optional(),
    EmailMfaSettings: preference.optional(),
    WebAuthnMfaSettings: z.object({}).optional(),
  }),
  async (input, context) => {
    const user = await userOfToken(context, input.AccessToken);
    if (input.SMSMfaSettings?.Enabled || input.EmailMfaSettings?.Enabled) {
      throw invalidParameter(
        'The local user pool has no second factor by SMS or email: SoftwareTokenMfaSettings alone.',
      );
    }
    const { Enabled, PreferredMfa } = input.SoftwareTokenMfaSettings ?? {};
    if (Enabled === undefined) return {};
    if (!user.totp?.isVerified) {
      if (!Enabled && !PreferredMfa) return {};
      throw invalidParameter('User has not verified software token mfa');
    }
    if (!Enabled && PreferredMfa) throw invalidParameter('MFA method cannot be preferred and not enabled');
    user.totp = { ...user.totp, isEnabled: Enabled, isPreferred: PreferredMfa ?? false };
    await context.pool.users.save();
    return {};
  },
);

/** What is asked of a user whose password was right; undefined when that was all. */
export function needsSecondFactor(
  { settings }: PoolContext,
  { totp }: StoredUser,
): 'SOFTWARE_TOKEN_MFA' | 'MFA_SETUP' | undefined {
  const { mfa, totp: isOffered } = settings();
  if (mfa === 'OFF' || !isOffered) return undefined;
  if (totp?.isVerified && (totp.isEnabled || mfa === 'ON')) return 'SOFTWARE_TOKEN_MFA';
  return mfa === 'ON' ? 'MFA_SETUP' : undefined;
}

/** @throws CognitoError when the code is not that of the moment, or was used */
export function respondToSecondFactor(context: PoolContext, user: StoredUser, code: string): void {
  if (user.totp === undefined) throw invalidSession();
  const key = `second factor of ${user.username}`;
  context.attempts.assertCodeAllowed(key, tooManyRequests);
  const counter = counterOf(context, user.totp.secret, code);
  if (counter === undefined) {
    context.attempts.countCode(key);
    throw new CognitoError('CodeMismatchException', 'Invalid code received for user');
  }
  if (counter <= (user.totp.usedCounter ?? 0)) {
    throw new CognitoError('ExpiredCodeException', 'Your software token has already been used once.');
  }
  context.attempts.forgetCodes(key);
  user.totp.usedCounter = counter;
}

/** @throws CognitoError before VerifySoftwareToken has been called with the session */
export function assertMfaIsSetUp(challenge: MfaSetup): void {
  if (!challenge.isVerified) throw invalidSession();
}

/** As GetUser lists them. */
export function mfaSettingsOf({ totp }: StoredUser): { UserMFASettingList?: string[]; PreferredMfaSetting?: string } {
  if (!totp?.isEnabled) return {};
  return {
    UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    ...(totp.isPreferred && { PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA' }),
  };
}

function assertTotp({ settings }: PoolContext): void {
  if (settings().totp) return;
  const message = 'Software Token MFA has not been enabled by the userPool.';
  throw new CognitoError('SoftwareTokenMFANotFoundException', message);
}

function setupOf(context: PoolContext, key: string | undefined): { challenge: MfaSetup; user: StoredUser } {
  const challenge = key === undefined ? undefined : context.challenges.find(key);
  if (challenge?.name !== 'MFA_SETUP') throw invalidSession();
  const user = context.pool.users.find(challenge.username);
  if (user === undefined) throw invalidSession();
  if (!user.isEnabled) throw userDisabled();
  return { challenge, user };
}

/** A session is good for one step. */
function reopen({ challenges }: PoolContext, key: string | undefined, challenge: Challenge): string {
  if (key !== undefined) challenges.close(key);
  return challenges.open(challenge);
}

function verifiedCounter(context: PoolContext, { username }: StoredUser, secret: string, code: string): number {
  const key = `second factor of ${username}`;
  context.attempts.assertCodeAllowed(key, tooManyRequests);
  const counter = counterOf(context, secret, code);
  if (counter !== undefined) return counter;
  context.attempts.countCode(key);
  throw new CognitoError('EnableSoftwareTokenMFAException', 'Code mismatch');
}

/** The 30 seconds whose code this is, counted from 1970. */
function counterOf({ now }: PoolContext, secret: string, code: string): number | undefined {
  const timestamp = now();
  const delta = new TOTP({ secret: Secret.fromBase32(secret), period: PERIOD_SECONDS }).validate({
    token: code,
    timestamp,
    window: WINDOW,
  });
  return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
}
