/** The identity pool: an identity for each user, and AWS credentials with which a client signs requests as that identity. */
import { JWTExpired } from 'jose/errors';
import { z } from 'zod';
import { CognitoError } from '../errors.js';
import type { Identity, IdentityPool } from '../identity-pool.js';
import type { PoolContext } from '../pool-context.js';
import { providerName } from '../user-pool.js';
import { checkInput, matching } from './input.js';

export interface IdentityContext {
  context: PoolContext;
  identityPool: IdentityPool;
}

const id = matching('[\\w-]+:[0-9a-f-]+', 55);
const logins = z.record(z.string()).default({});

export const IDENTITY_OPERATIONS: Readonly<
  Record<string, (input: unknown, context: IdentityContext) => Promise<object>>
> = {
  async GetId(input, { context, identityPool }) {
    const { IdentityPoolId, Logins } = checkInput(z.object({ IdentityPoolId: id, Logins: logins }), input);
    if (IdentityPoolId !== identityPool.id) throw notFound(`IdentityPool '${IdentityPoolId}' not found.`);
    const user = await userOf(Logins, { context, identityPool });
    if (user === undefined) assertGuestsAllowed(context);
    return { IdentityId: (user ?? identityPool.createGuest()).identityId };
  },

  async GetCredentialsForIdentity(input, { context, identityPool }) {
    const { IdentityId, Logins } = checkInput(z.object({ IdentityId: id, Logins: logins }), input);
    const user = await userOf(Logins, { context, identityPool });
    const identity = chooseIdentity(IdentityId, user, { context, identityPool });
    const credentials = identityPool.issueCredentials(identity, context.now());
    return {
      IdentityId: identity.identityId,
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        // Times are seconds in this protocol.
        Expiration: Math.floor(credentials.expiresAtMillis / 1000),
      },
    };
  },
};

/**
 * The identity that was asked for. A guest who has signed in goes on as the user.
 *
 * @throws CognitoError for the identity of another user, one that there is not, and a guest where there are none
 */
function chooseIdentity(
  identityId: string,
  user: Identity | undefined,
  { context, identityPool }: IdentityContext,
): Identity {
  const guest = identityPool.findGuest(identityId);
  if (guest !== undefined && user === undefined) {
    assertGuestsAllowed(context);
    return guest;
  }
  if (user !== undefined && (guest !== undefined || user.identityId === identityId)) return user;
  const all = context.pool.users.all().map(({ sub }) => identityPool.identityOfUser(sub).identityId);
  if (!all.includes(identityId)) throw notFound(`Identity '${identityId}' not found.`);
  throw refusal(
    user === undefined
      ? `Access to Identity '${identityId}' is forbidden.`
      : "Logins don't match. Please include at least one valid login for this identity or identity pool.",
  );
}

/**
 * @returns undefined without a login
 * @throws CognitoError for anything but an ID token of the user pool
 */
async function userOf(
  given: Readonly<Record<string, string>>,
  { context: { pool, now }, identityPool }: IdentityContext,
): Promise<Identity | undefined> {
  const [[provider, token] = [], ...others] = Object.entries(given);
  if (provider === undefined || token === undefined) return undefined;
  if (others.length > 0 || provider !== providerName(pool)) {
    throw refusal('Token is not from a supported provider of this identity pool.');
  }
  const { sub, claims } = await pool.verifyToken(token).catch((error: unknown) => {
    throw refusal(
      error instanceof JWTExpired
        ? `Invalid login token. Token expired: ${Math.floor(now() / 1000)} >= ${error.payload.exp}`
        : 'Invalid login token. Not a valid OpenId Connect identity token.',
    );
  });
  // As an access token has none.
  if (claims.token_use !== 'id') throw refusal('Invalid login token. Missing a required claim: aud');
  return identityPool.identityOfUser(sub);
}

function assertGuestsAllowed({ settings }: PoolContext): void {
  if (settings().allowUnauthenticatedIdentities) return;
  throw refusal('Unauthenticated access is not supported for this identity pool.');
}

const refusal = (message: string) => new CognitoError('NotAuthorizedException', message);
const notFound = (message: string) => new CognitoError('ResourceNotFoundException', message);
