/**
 * Decides whether an HTTP request carries a valid signature of a local IAM role (SigV4 in headers), and makes such signatures.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Identity, IdentityPool } from '../cognito/identity-pool.js';
import { isSameText } from '../is-same-text.js';
import type { LocalCredentials } from '../rds-proxy/credentials.js';
import type { AppSyncCredentials } from './credentials-file.js';
import { type RequestRefusedError, signatureRefused } from './errors.js';

export interface SignedRequest {
  method: string;
  /** Path and query, as they were sent. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface SignatureContext {
  region: string;
  /** As AWS abbreviates it: `appsync`. */
  service: string;
  /** Of a service's role. */
  access: Pick<AppSyncCredentials, 'service'>;
  /** Whose temporary credentials are accepted. */
  identityPool: IdentityPool;
  /** Milliseconds since 1970. */
  now: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';
const MAX_CLOCK_SKEW_MILLIS = 5 * 60 * 1000;
const HEADER =
  /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,\s]+), ?SignedHeaders=(?<names>[^,\s]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

export function isSigned(authorization: string): boolean {
  return authorization.startsWith(ALGORITHM);
}

/**
 * @returns the identity that signed; undefined for the role of a service
 * @throws RequestRefusedError with AWS's words for what is wrong
 */
export function verifySignature(
  request: SignedRequest,
  { region, access, identityPool, service, now }: SignatureContext,
): Identity | undefined {
  const {
    credential = '',
    names = '',
    signature = '',
  } = HEADER.exec(request.headers.authorization ?? '')?.groups ?? {};
  const [accessKeyId, date, signedRegion, signedService, terminator, ...more] = credential.split('/');
  const signedHeaders = names.split(';');
  if (terminator === undefined || more.length > 0 || !signedHeaders.includes('host')) {
    throw signatureRefused(
      'IncompleteSignatureException',
      'Authorization header is incomplete, or does not sign host.',
    );
  }
  const scope = [date, region, service, TERMINATOR].join('/');
  if ([date, signedRegion, signedService, terminator].join('/') !== scope) {
    throw signatureRefused(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region, to correct service: '${service}', in '${region}'.`,
    );
  }
  const time = headerOf(request.headers, 'x-amz-date');
  if (!time.startsWith(date ?? '') || Math.abs(parseTime(time) - now) > MAX_CLOCK_SKEW_MILLIS) {
    throw signatureRefused(
      'InvalidSignatureException',
      `Signature expired, or not yet current: ${time || 'no x-amz-date'}`,
    );
  }
  const sessionToken = headerOf(request.headers, 'x-amz-security-token');
  const isService = isSameText(sessionToken, access.service.sessionToken);
  const temporary = isService ? undefined : identityPool.readSessionToken(sessionToken);
  const credentials: LocalCredentials | undefined = isService ? access.service : temporary;
  if (credentials === undefined || credentials.accessKeyId !== accessKeyId) {
    throw signatureRefused('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (temporary !== undefined && temporary.expiresAtMillis <= now) {
    throw signatureRefused('ExpiredTokenException', 'The security token included in the request is expired');
  }
  const toSign = [ALGORITHM, time, scope, sha256(canonicalRequest(request, signedHeaders))].join('\n');
  if (!isSameText(signature, sign(toSign, scope, credentials.secretAccessKey))) throw signatureMismatch();
  return temporary?.identity;
}

/** The headers with which a request is signed: beside its own, they must all be sent. */
export function signRequest(
  { method, url, body }: { method: string; url: URL; body: string },
  credentials: LocalCredentials,
  { region, service, now }: Pick<SignatureContext, 'region' | 'service' | 'now'>,
): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [time.slice(0, 8), region, service, TERMINATOR].join('/');
  const headers = { 'x-amz-date': time, 'x-amz-security-token': credentials.sessionToken };
  const names = ['host', ...Object.keys(headers)];
  const request = {
    method,
    url: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host },
    body: Buffer.from(body),
  };
  const toSign = [ALGORITHM, time, scope, sha256(canonicalRequest(request, names))].join('\n');
  const signature = sign(toSign, scope, credentials.secretAccessKey);
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `${ALGORITHM} ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function canonicalRequest({ method, url, headers, body }: SignedRequest, signedHeaders: readonly string[]): string {
  const [path = '/', query = ''] = url.split('?', 2);
  // A signed hash that is not the body's would let another body through.
  const bodyHash = sha256(body);
  if (![bodyHash, ''].includes(headerOf(headers, 'x-amz-content-sha256'))) throw signatureMismatch();
  return [
    method,
    path,
    query.split('&').sort().join('&'),
    ...signedHeaders.map((name) => `${name}:${headerOf(headers, name).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    bodyHash,
  ].join('\n');
}

function signatureMismatch(): RequestRefusedError {
  return signatureRefused(
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
}

function sign(toSign: string, scope: string, secretAccessKey: string): string {
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name] ?? '';
  return Array.isArray(value) ? value.join(',') : value;
}

/** NaN, which is out of every range, for what is no time. */
function parseTime(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
