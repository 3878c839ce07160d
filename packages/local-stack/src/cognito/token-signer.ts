/** Signs the tokens of the user pool, and makes the check of them that AppSync makes. */
import { createHash } from 'node:crypto';
// By parts: the whole of jose takes twice as long to load, and `npm start` waits for it.
import type { JWK, JWTPayload } from 'jose';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { importJWK } from 'jose/key/import';

export const SIGNING_ALGORITHM = 'RS256';

/** The identity object that AppSync hands to a resolver for a user-pool caller. */
export interface UserPoolIdentity {
  sub: string;
  issuer: string;
  username: string;
  claims: Record<string, unknown>;
  /** The caller's addresses. The pool does not see the connection: it gives loopback, and the endpoint the real one. */
  sourceIp: string[];
  defaultAuthStrategy: 'ALLOW';
  /** The claim `cognito:groups`; null, as AppSync has it, for a user in no group. */
  groups: string[] | null;
}

export interface TokenSigner {
  /** What the tokens hold in `iss`. */
  readonly issuer: string;
  /** The one app client of this pool: `client_id` of an access token, `aud` of an ID token. */
  readonly clientId: string;
  /** What is at `jwks_uri` of a user pool. */
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Signs claims as they are. */
  sign(claims: JWTPayload): Promise<string>;
  /** The caller whom the token names. Throws a jose error when the token is not one of this pool, or has expired. */
  verifyToken(token: string): Promise<UserPoolIdentity>;
}

/** @throws Error when the key is not an RSA key */
export async function openSigner(pool: { issuer: string; clientId: string; privateKey: JWK }): Promise<TokenSigner> {
  const { issuer, clientId, privateKey } = pool;
  const { kty, n, e } = privateKey;
  if (kty !== 'RSA' || n === undefined || e === undefined) throw new Error('privateKey is not an RSA key');
  const signingKey = await importJWK(privateKey, SIGNING_ALGORITHM);
  const verificationKey = await importJWK({ kty, n, e }, SIGNING_ALGORITHM);
  const keyId = createHash('sha256').update(n).digest('base64');

  return {
    issuer,
    clientId,
    jwks: { keys: [{ alg: SIGNING_ALGORITHM, e, kid: keyId, kty, n, use: 'sig' }] },

    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: keyId }).sign(signingKey),

    async verifyToken(token) {
      // AppSync takes the key that the token names from the pool's list: this one is the list.
      const keyNamed = ({ kid }: { kid?: string | undefined }) => {
        if (kid !== keyId) throw new Error('The token names no key of this user pool.');
        return verificationKey;
      };
      const { payload } = await jwtVerify(token, keyNamed, {
        // Without this list a token could choose HS256 and be "signed" with the public key.
        algorithms: [SIGNING_ALGORITHM],
        issuer,
        requiredClaims: ['sub', 'exp', 'token_use'],
      });
      return identityOf(payload, { issuer, clientId });
    },
  };
}

function identityOf(claims: JWTPayload, pool: { issuer: string; clientId: string }): UserPoolIdentity {
  // Cognito names the client in `client_id` of an access token and in `aud` of an ID token.
  const [client, username] =
    claims.token_use === 'access'
      ? [claims.client_id, claims.username]
      : claims.token_use === 'id'
        ? [claims.aud, claims['cognito:username']]
        : [undefined, undefined];
  if (client !== pool.clientId) throw new Error('The token was not issued to the app client of this user pool.');
  if (typeof username !== 'string' || claims.sub === undefined) throw new Error('The token names no user.');

  const groups = claims['cognito:groups'];
  return {
    sub: claims.sub,
    issuer: pool.issuer,
    username,
    claims,
    sourceIp: ['127.0.0.1'],
    defaultAuthStrategy: 'ALLOW',
    groups: Array.isArray(groups) ? groups.map(String) : null,
  };
}
