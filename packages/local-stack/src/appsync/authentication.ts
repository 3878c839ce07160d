/** Authenticates a request: turns its headers into a caller, or throws the error that AppSync returns. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { JWSInvalid, JWTExpired, JWTInvalid } from 'jose/errors';
import type { LocalUserPool } from '../cognito/user-pool.js';
import type { AuthenticatedCaller, AuthorizationMode, IamIdentity, IamRole } from './caller.js';
import type { AppSyncCredentials } from './credentials-file.js';
import { unauthenticated } from './errors.js';
import { isSigned, verifySignature } from './iam-signature.js';

/** AppSync says the same of a missing header and of a well-formed token that it does not accept. */
const NO_VALID_HEADER = 'Valid authorization header not provided.';
const WRONG_API_KEY = 'You are not authorized to make this call.';

const ACCOUNT = '000000000000';

export interface AuthenticationOptions {
  userPool: LocalUserPool;
  access: AppSyncCredentials;
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
  { userPool, access, region, modes }: AuthenticationOptions,
): Promise<AuthenticatedCaller> {
  const sourceIp = [request.socket.remoteAddress ?? '127.0.0.1'];
  const apiKey = request.headers['x-api-key'];
  if (typeof apiKey === 'string' && modes.has('apiKey')) {
    if (!isSame(apiKey, access.apiKey)) throw unauthenticated(WRONG_API_KEY);
    return { mode: 'apiKey', identity: null };
  }
  const { authorization } = request.headers;
  if (!authorization) throw unauthenticated(NO_VALID_HEADER);
  if (isSigned(authorization)) {
    const { method = '', url = '', headers } = request;
    const signed = { method, url, headers, body: await readBody() };
    const role = verifySignature(signed, { region, roles: access.roles, service: 'appsync', now: Date.now() });
    return { mode: 'iam', role, identity: iamIdentity(role, userPool, access.roles[role].accessKeyId, sourceIp) };
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

/** What AppSync tells a resolver of an identity pool's user, or of any other role. */
function iamIdentity(
  role: IamRole,
  { identityPoolId, identityId }: LocalUserPool,
  accessKeyId: string,
  sourceIp: string[],
): IamIdentity {
  const sessionName = role === 'service' ? 'local' : 'CognitoIdentityCredentials';
  const fromPool = role !== 'service';
  return {
    accountId: ACCOUNT,
    cognitoIdentityPoolId: fromPool ? identityPoolId : null,
    cognitoIdentityId: fromPool ? identityId : null,
    cognitoIdentityAuthType: fromPool ? (role === 'guest' ? 'unauthenticated' : 'authenticated') : null,
    cognitoIdentityAuthProvider: null,
    sourceIp,
    username: `${accessKeyId}:${sessionName}`,
    userArn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${sessionName}`,
  };
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
