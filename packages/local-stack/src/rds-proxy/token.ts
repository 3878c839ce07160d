/**
 * Decides whether a password is a valid IAM database token, as RDS Proxy decides it. A token is a presigned URL
 * without its scheme: `host:port/?Action=connect&DBUser=…&X-Amz-…`. Signed again here with node:crypto, in a tenth of the
 * time that loading an AWS library takes, and by other code than that which signs.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { LocalCredentials } from './credentials.js';

/** Who may connect, and as whom. */
export interface Principal {
  credentials: LocalCredentials;
  /** The database users that its policy grants `rds-db:connect` for. Case-sensitive. */
  databaseUsers: readonly string[];
}

/** What a token must be for. */
export interface TokenContext {
  /** The endpoint's host name, literally: an alias of it is refused, as in AWS. */
  hostname: string;
  port: number;
  region: string;
  /** The user that the client connects as. */
  user: string;
  principals: readonly Principal[];
  /** Milliseconds since 1970. */
  now: number;
}

/** The reason never holds a part of the token that is secret. */
export type TokenVerdict = { accepted: true; accessKeyId: string } | { accepted: false; reason: string };

const MAX_EXPIRES_SECONDS = 900;
const MAX_CLOCK_SKEW_MILLIS = 5 * 60 * 1000;
const ALGORITHM = 'AWS4-HMAC-SHA256';
const SERVICE = 'rds-db';
const TERMINATOR = 'aws4_request';
const REQUIRED_PARAMETERS = [
  'Action',
  'DBUser',
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
] as const;
const OPTIONAL_PARAMETERS = ['X-Amz-Security-Token', 'X-Amz-Content-Sha256'] as const;

type ParameterName = (typeof REQUIRED_PARAMETERS)[number] | (typeof OPTIONAL_PARAMETERS)[number];
type Parameters = ReadonlyMap<ParameterName, string>;

interface Scope {
  accessKeyId: string;
  date: string;
  region: string;
}

/** Ends the examination; its message is the verdict's reason. */
class TokenProblem extends Error {}

/** Examines a token. Never throws, whatever the token is. */
export function verifyToken(token: string, context: TokenContext): TokenVerdict {
  try {
    const { authority, parameters } = parseToken(token);
    checkTarget(authority, parameters, context);
    const scope = checkScope(parameters, context);
    checkLifetime(parameters, scope, context.now);
    const principal = findPrincipal(scope, parameters, context);
    checkSignature(authority, parameters, scope, principal);
    if (!principal.databaseUsers.includes(context.user)) {
      throw new TokenProblem(`${scope.accessKeyId} is not allowed rds-db:connect as ${context.user}`);
    }
    return { accepted: true, accessKeyId: scope.accessKeyId };
  } catch (error) {
    if (error instanceof TokenProblem) return { accepted: false, reason: error.message };
    throw error;
  }
}

function parseToken(token: string): { authority: string; parameters: Parameters } {
  const [, authority, query] = /^([^/?#\s]+)\/\?([^#\s]*)$/.exec(token) ?? [];
  if (authority === undefined || query === undefined) throw new TokenProblem('the password is not an IAM token');

  const parameters = new Map<ParameterName, string>();
  for (const part of query.split('&')) {
    const [name = '', value = ''] = splitOnce(part, '=').map(decode);
    if (!isKnown(name)) throw new TokenProblem(`the token has an unknown parameter ${JSON.stringify(name)}`);
    if (parameters.has(name)) throw new TokenProblem(`the token has ${name} twice`);
    parameters.set(name, value);
  }
  for (const name of REQUIRED_PARAMETERS) {
    if (!parameters.has(name)) throw new TokenProblem(`the token has no ${name}`);
  }
  return { authority, parameters };
}

function checkTarget(authority: string, parameters: Parameters, { hostname, port, user }: TokenContext): void {
  if (authority !== `${hostname}:${port}`) {
    throw new TokenProblem(`the token is for ${authority}, and this is ${hostname}:${port}`);
  }
  expectParameter(parameters, 'Action', 'connect');
  const tokenUser = requiredValue(parameters, 'DBUser');
  if (tokenUser !== user) throw new TokenProblem(`the token is for user ${tokenUser}, and the client is ${user}`);
}

function checkScope(parameters: Parameters, context: TokenContext): Scope {
  expectParameter(parameters, 'X-Amz-Algorithm', ALGORITHM);
  expectParameter(parameters, 'X-Amz-SignedHeaders', 'host');
  const contentHash = parameters.get('X-Amz-Content-Sha256');
  if (contentHash !== undefined && contentHash !== sha256('')) throw new TokenProblem('the token signs a body');

  const parts = requiredValue(parameters, 'X-Amz-Credential').split('/');
  const [accessKeyId = '', date = '', region, service, terminator] = parts;
  if (parts.length !== 5 || terminator !== TERMINATOR) throw new TokenProblem('the credential scope is malformed');
  if (region !== context.region) throw new TokenProblem(`the token is for ${region}, and this is ${context.region}`);
  if (service !== SERVICE) throw new TokenProblem(`the token is for the service ${service}, and this is ${SERVICE}`);
  return { accessKeyId, date, region };
}

function checkLifetime(parameters: Parameters, scope: Scope, now: number): void {
  const date = requiredValue(parameters, 'X-Amz-Date');
  const signedAt = parseDate(date);
  if (Number.isNaN(signedAt)) throw new TokenProblem('X-Amz-Date is malformed');
  if (date.slice(0, 8) !== scope.date) throw new TokenProblem('the credential scope is of another day');

  const expires = requiredValue(parameters, 'X-Amz-Expires');
  const expiresSeconds = /^[0-9]{1,6}$/.test(expires) ? Number(expires) : 0;
  if (expiresSeconds < 1 || expiresSeconds > MAX_EXPIRES_SECONDS) {
    throw new TokenProblem(`X-Amz-Expires is not 1 to ${MAX_EXPIRES_SECONDS} seconds`);
  }
  if (signedAt - now > MAX_CLOCK_SKEW_MILLIS) throw new TokenProblem('the token was signed in the future');
  const lateMillis = now - (signedAt + expiresSeconds * 1000);
  if (lateMillis >= 0) throw new TokenProblem(`the token expired ${Math.round(lateMillis / 1000)} s ago`);
}

function findPrincipal({ accessKeyId }: Scope, parameters: Parameters, { principals }: TokenContext): Principal {
  const principal = principals.find(({ credentials }) => credentials.accessKeyId === accessKeyId);
  if (principal === undefined) throw new TokenProblem(`the access key ${accessKeyId} is not known here`);
  const sessionToken = parameters.get('X-Amz-Security-Token') ?? '';
  if (!isSame(Buffer.from(sessionToken), Buffer.from(principal.credentials.sessionToken))) {
    throw new TokenProblem('the session token is not that of the access key');
  }
  return principal;
}

function checkSignature(authority: string, parameters: Parameters, scope: Scope, principal: Principal): void {
  const query = [...parameters]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const request = ['GET', '/', query, `host:${authority}`, '', 'host', sha256('')].join('\n');
  const scopeName = [scope.date, scope.region, SERVICE, TERMINATOR].join('/');
  const toSign = [ALGORITHM, requiredValue(parameters, 'X-Amz-Date'), scopeName, sha256(request)].join('\n');

  const key = [scope.date, scope.region, SERVICE, TERMINATOR].reduce<string | Buffer>(
    (signingKey, part) => hmac(signingKey, part),
    `AWS4${principal.credentials.secretAccessKey}`,
  );
  const signature = requiredValue(parameters, 'X-Amz-Signature');
  if (!isSame(Buffer.from(signature), Buffer.from(hmac(key, toSign).toString('hex')))) {
    throw new TokenProblem('the signature does not match');
  }
}

function expectParameter(parameters: Parameters, name: ParameterName, expected: string): void {
  if (parameters.get(name) !== expected) throw new TokenProblem(`${name} is not ${expected}`);
}

/** Of a parameter that parseToken has seen. */
function requiredValue(parameters: Parameters, name: ParameterName): string {
  return parameters.get(name) ?? '';
}

function isKnown(name: string): name is ParameterName {
  return ([...REQUIRED_PARAMETERS, ...OPTIONAL_PARAMETERS] as string[]).includes(name);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TokenProblem('the token has a malformed escape');
  }
}

/** As SigV4 wants it: all but letters, digits and `-._~` escaped. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parseDate(date: string): number {
  const iso = /^\d{8}T\d{6}Z$/.test(date)
    ? date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')
    : 'malformed';
  return Date.parse(iso);
}

function isSame(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
