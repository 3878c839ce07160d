/** Authenticates a request: turns its headers into a caller, or throws the error that AppSync returns. */
import type { IncomingMessage } from 'node:http';
import { JWSInvalid, JWTExpired, JWTInvalid } from 'jose/errors';
import type { Identity, IdentityPool } from '../cognito/identity-pool.js';
import type { LocalUserPool } from '../cognito/user-pool.js';
import { isSameText } from '../is-same-text.js';
import type { AuthenticatedCaller, AuthorizationMode, IamRole } from './caller.js';
import type { AppSyncCredentials } from './credentials-file.js';
import { unauthenticated } from './errors.js';
import { isSigned, verifySignature } from './iam-signature.js';

/** AppSync says the same of a missing header and of a well-formed token that it does not accept. */
const NO_VALID_HEADER = 'Valid authorization header not provided.';
const WRONG_API_KEY = 'You are not authorized to make this call.';

const ACCOUNT = '000000000000';
/** As IAM names roles that are assumed. */
const ROLE_IDS: Readonly<Record<IamRole, string>> = {
  authenticated: 'AROALOCALAUTHENTICATED',
  guest: 'AROALOCALGUEST',
  service: 'AROALOCALSERVICE',
};
const AUTH_TYPES = { authenticated: 'authenticated', guest: 'unauthenticated', service: null } as const;

export interface AuthenticationOptions {
  userPool: LocalUserPool;
  access: AppSyncCredentials;
  identityPool: IdentityPool;
  /** Of the signatures. */
  region: string;
  /** Those that the API has. IAM it always has: Amplify switches it on. */
  modes: ReadonlySet<AuthorizationMode>;
}

/** What is looked at of a request: of HTTP's, or of the headers that a message of a WebSocket holds. */
export interface CredentialedRequest extends Pick<IncomingMessage, 'method' | 'url' | 'headers'> {
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/**
 * The caller of a request. A token is sent bare, as Amplify's client does: AppSync cannot parse one with "Bearer" in front,
 * so neither does this.
 *
 * @param readBody asked only for a signature's sake, which covers the body
 */
export async function authenticate(
  request: CredentialedRequest,
  readBody: () => Promise<Buffer>,
  { userPool, access, identityPool, region, modes }: AuthenticationOptions,
): Promise<AuthenticatedCaller> {
  const sourceIp = [request.socket.remoteAddress ?? '127.0.0.1'];
  const apiKey = request.headers['x-api-key'];
  if (typeof apiKey === 'string' && modes.has('apiKey')) {
    if (!isSameText(apiKey, access.apiKey)) throw unauthenticated(WRONG_API_KEY);
    return { mode: 'apiKey', identity: null };
  }
  const { authorization } = request.headers;
  if (!authorization) throw unauthenticated(NO_VALID_HEADER);
  if (isSigned(authorization)) {
    const { method = '', url = '', headers } = request;
    const signed = { method, url, headers, body: await readBody() };
    const context = { region, access, identityPool, service: 'appsync', now: Date.now() };
    return iamCaller(verifySignature(signed, context), identityPool, sourceIp);
  }
  try {
    const identity = await userPool.verifyToken(authorization);
    return { mode: 'userPool', identity: { ...identity, sourceIp } };
  } catch (cause) {
    throw unauthenticated(refusalOf(cause), { cause });
  }
}

function refusalOf(cause: unknown): string {
  if (cause instanceof JWTExpired) return 'Token has expired.';
  if (cause instanceof JWSInvalid || cause instanceof JWTInvalid) return 'Unable to parse JWT token.';
  return NO_VALID_HEADER;
}

/** @param identity of the identity pool; undefined for any other role */
function iamCaller(identity: Identity | undefined, pool: IdentityPool, sourceIp: string[]): AuthenticatedCaller {
  const { role = 'service', identityId = null, authProvider = null } = identity ?? {};
  const sessionName = identity === undefined ? 'local' : 'CognitoIdentityCredentials';
  return {
    mode: 'iam',
    role,
    identity: {
      accountId: ACCOUNT,
      cognitoIdentityPoolId: identity === undefined ? null : pool.id,
      cognitoIdentityId: identityId,
      cognitoIdentityAuthType: AUTH_TYPES[role],
      cognitoIdentityAuthProvider: authProvider,
      sourceIp,
      username: `${ROLE_IDS[role]}:${sessionName}`,
      userArn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${sessionName}`,
    },
  };
}
