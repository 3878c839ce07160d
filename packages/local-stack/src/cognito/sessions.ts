/** Issues the tokens of a sign-in, renews them, and says whose an access token is. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { JWTExpired } from 'jose/errors';
import { CognitoError, invalidAccessToken, userDisabled, userNotFound } from './errors.js';
import type { PoolContext } from './pool-context.js';
import { accessClaims } from './user-pool.js';
import type { StoredSession, StoredUser } from './users.js';

const REFRESH_TOKEN_BYTES = 96;
const DAY_MILLIS = 24 * 60 * 60 * 1000;

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AuthenticationResultType.html */
export interface AuthenticationResult {
  AccessToken: string;
  IdToken: string;
  RefreshToken?: string;
  /** Seconds until the access token expires. */
  ExpiresIn: number;
  TokenType: 'Bearer';
}

export async function startSession(context: PoolContext, user: StoredUser): Promise<AuthenticationResult> {
  const now = context.now();
  const refreshToken = randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
  const session: StoredSession = {
    originJti: randomUUID(),
    refreshTokenHash: hashOf(refreshToken),
    authTimeSeconds: Math.floor(now / 1000),
    expiresAtMillis: now + context.settings().refreshTokenDays * DAY_MILLIS,
    isRevoked: false,
  };
  user.sessions = [...user.sessions.filter(({ expiresAtMillis }) => expiresAtMillis > now), session];
  await context.pool.users.save();
  return { ...(await issueTokens(context, user, session)), RefreshToken: refreshToken };
}

/** @throws CognitoError when the refresh token was never given, has expired, was revoked, or its user is gone */
export async function renewSession(context: PoolContext, refreshToken: string): Promise<AuthenticationResult> {
  const { user, session } = findSession(context, refreshToken) ?? {};
  const refuse = (message: string) => new CognitoError('NotAuthorizedException', message);
  if (user === undefined || session === undefined) throw refuse('Invalid Refresh Token');
  if (session.isRevoked) throw refuse('Refresh Token has been revoked');
  if (session.expiresAtMillis <= context.now()) throw refuse('Refresh Token has expired');
  if (!user.isEnabled) throw userDisabled();
  return issueTokens(context, user, session);
}

export function findSession(
  { pool }: PoolContext,
  refreshToken: string,
): { user: StoredUser; session: StoredSession } | undefined {
  const hash = hashOf(refreshToken);
  for (const user of pool.users.all()) {
    const session = user.sessions.find(({ refreshTokenHash }) => refreshTokenHash === hash);
    if (session !== undefined) return { user, session };
  }
  return undefined;
}

/** Ends every session of the user: neither a refresh token nor an access token of before is accepted any more. */
export function revokeSessions({ now }: PoolContext, user: StoredUser): void {
  user.sessions = user.sessions.map((session) => ({ ...session, isRevoked: true }));
  user.signedOutAtSeconds = Math.floor(now() / 1000);
}

/**
 * Whose access token this is.
 *
 * @param whenGone of a user who was deleted; some operations do not have UserNotFoundException in their model
 * @throws CognitoError in the words of each operation that takes one
 */
export async function userOfToken(
  { pool }: PoolContext,
  accessToken: string,
  whenGone: () => CognitoError = userNotFound,
): Promise<StoredUser> {
  const refuse = (message: string) => new CognitoError('NotAuthorizedException', message);
  const { username, claims } = await pool.verifyToken(accessToken).catch((error: unknown) => {
    throw error instanceof JWTExpired ? refuse('Access Token has expired') : invalidAccessToken();
  });
  if (claims.token_use !== 'access') throw invalidAccessToken();
  const user = pool.users.find(username);
  if (user === undefined || user.sub !== claims.sub) throw whenGone();
  if (isRevoked(user, claims)) throw refuse('Access Token has been revoked');
  if (!user.isEnabled) throw userDisabled();
  return user;
}

/** A token that was not issued by a sign-in, as of `npm run user:token`, has no session: its time counts. */
function isRevoked({ sessions, signedOutAtSeconds }: StoredUser, claims: Record<string, unknown>): boolean {
  const session = sessions.find(({ originJti }) => originJti === claims.origin_jti);
  if (session !== undefined) return session.isRevoked;
  return signedOutAtSeconds !== undefined && Number(claims.iat) <= signedOutAtSeconds;
}

async function issueTokens(
  { pool, settings, now }: PoolContext,
  user: StoredUser,
  { originJti, authTimeSeconds }: StoredSession,
): Promise<AuthenticationResult> {
  const { sub, username, groups, attributes } = user;
  const { accessTokenMinutes, idTokenMinutes } = settings();
  const iat = Math.floor(now() / 1000);
  const times = { origin_jti: originJti, auth_time: authTimeSeconds, iat };
  const [AccessToken, IdToken] = await Promise.all([
    pool.sign({
      ...accessClaims({ sub, username, groups, clientId: pool.clientId }),
      ...times,
      exp: iat + accessTokenMinutes * 60,
    }),
    pool.sign({
      ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, claimOf(name, value)])),
      sub,
      ...(groups.length > 0 && { 'cognito:groups': [...groups] }),
      'cognito:username': username,
      aud: pool.clientId,
      token_use: 'id',
      ...times,
      exp: iat + idTokenMinutes * 60,
    }),
  ]);
  return { AccessToken, IdToken, ExpiresIn: accessTokenMinutes * 60, TokenType: 'Bearer' };
}

/** An ID token holds texts, and two truth values. */
function claimOf(name: string, value: string): string | boolean {
  return name === 'email_verified' || name === 'phone_number_verified' ? value === 'true' : value;
}

function hashOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}
