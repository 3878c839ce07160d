/** Owns who is calling: the authorization header turned into an identity, or into the 401 that AppSync answers. */
import type { IncomingMessage } from 'node:http';
import { JWSInvalid, JWTExpired, JWTInvalid } from 'jose/errors';
import type { LocalUserPool, UserPoolIdentity } from '../cognito/user-pool.js';
import { unauthenticated } from './errors.js';

/** AppSync says the same of a missing header and of a well-formed token that it does not accept. */
const NO_VALID_HEADER = 'Valid authorization header not provided.';

/**
 * The caller of a request. The header holds the bare token, as Amplify's client sends it: AppSync cannot parse one with
 * "Bearer" in front, so neither does this.
 */
export async function authenticate(request: IncomingMessage, userPool: LocalUserPool): Promise<UserPoolIdentity> {
  const token = request.headers.authorization;
  if (!token) throw unauthenticated(NO_VALID_HEADER);
  try {
    const identity = await userPool.verifyToken(token);
    return { ...identity, sourceIp: [request.socket.remoteAddress ?? '127.0.0.1'] };
  } catch (cause) {
    throw unauthenticated(refusalOf(cause), { cause });
  }
}

function refusalOf(cause: unknown): string {
  if (cause instanceof JWTExpired) return 'Token has expired.';
  if (cause instanceof JWSInvalid || cause instanceof JWTInvalid) return 'Unable to parse JWT token.';
  return NO_VALID_HEADER;
}
