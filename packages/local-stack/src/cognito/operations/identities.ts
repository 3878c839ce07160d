/** The identity pool: AWS credentials for signed-in users, with which a client signs requests to AppSync. */
import { JWTExpired } from 'jose/errors';
import { z } from 'zod';
import type { LocalCredentials } from '../../rds-proxy/credentials.js';
import { CognitoError } from '../errors.js';
import type { PoolContext } from '../pool-context.js';
import { checkInput } from './input.js';

const VALIDITY_MILLIS = 60 * 60 * 1000;

export interface IdentityPool {
  context: PoolContext;
  /** Of the role of signed-in users. */
  credentials: LocalCredentials;
}

const identifier = z.string().min(1).max(128);
const logins = z.record(z.string()).default({});

export const IDENTITY_OPERATIONS: Readonly<Record<string, (input: unknown, pool: IdentityPool) => Promise<object>>> = {
  async GetId(input, { context }) {
    const { IdentityPoolId, Logins } = checkInput(z.object({ IdentityPoolId: identifier, Logins: logins }), input);
    const { identityPoolId, identityId } = context.pool;
    if (IdentityPoolId !== identityPoolId) throw notFound(`IdentityPool '${IdentityPoolId}' not found.`);
    await assertSignedIn(context, Logins);
    return { IdentityId: identityId };
  },

  async GetCredentialsForIdentity(input, { context, credentials }) {
    const { IdentityId, Logins } = checkInput(z.object({ IdentityId: identifier, Logins: logins }), input);
    if (IdentityId !== context.pool.identityId) throw notFound(`Identity '${IdentityId}' not found.`);
    await assertSignedIn(context, Logins);
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    return {
      IdentityId,
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretKey: secretAccessKey,
        SessionToken: sessionToken,
        // Times are seconds in this protocol.
        Expiration: Math.floor((context.now() + VALIDITY_MILLIS) / 1000),
      },
    };
  },
};

/** @throws CognitoError without an ID token of the user pool */
async function assertSignedIn({ pool }: PoolContext, given: Readonly<Record<string, string>>): Promise<void> {
  const refuse = (message: string) => new CognitoError('NotAuthorizedException', message);
  const [[provider, token] = [], ...others] = Object.entries(given);
  if (provider === undefined || token === undefined) {
    throw refuse('Unauthenticated access is not supported for this identity pool.');
  }
  if (others.length > 0 || provider !== pool.issuer.replace(/^https:\/\//, '')) {
    throw refuse('Token is not from a supported provider of this identity pool.');
  }
  const { claims } = await pool.verifyToken(token).catch((error: unknown) => {
    throw refuse(
      `Invalid login token. ${error instanceof JWTExpired ? 'Token expired.' : 'Not a valid OpenId Connect identity token.'}`,
    );
  });
  if (claims.token_use !== 'id') throw refuse('Invalid login token. Not a valid OpenId Connect identity token.');
}

function notFound(message: string): CognitoError {
  return new CognitoError('ResourceNotFoundException', message);
}
