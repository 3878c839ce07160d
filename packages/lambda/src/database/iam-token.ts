/**
 * Signs the IAM token that stands in for a database password: a presigned URL without its scheme, by AWS Signature Version 4.
 * Signing happens offline: it needs no route out of the VPC. Written out here because @aws-sdk/rds-signer, which signs the
 * same, is five times as large as all the rest of the Lambda bundle (docs/decisions/0023); a test compares the two.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from './aws-credentials.js';

/** What a token is for. It opens nothing else. */
export interface IamTokenSubject {
  /** The endpoint's own name: a token for an alias is refused. */
  host: string;
  /** 1..65535. */
  port: number;
  /** Database user, case-sensitive. */
  user: string;
  /** For example eu-west-1. */
  region: string;
}

/** The longest that AWS accepts. A connection that is open outlives its token. */
const EXPIRES_SECONDS = 900;
const ALGORITHM = 'AWS4-HMAC-SHA256';
const SERVICE = 'rds-db';
const EMPTY_BODY = sha256('');

/**
 * Returns the `password` function for node-postgres, which calls it once for each new connection. The token is not cached: it
 * lives for 15 minutes, dies with the credentials that signed it, and costs a tenth of a millisecond.
 */
export function iamTokenSigner(subject: IamTokenSubject, credentials: () => AwsCredentials): () => string {
  return () => signIamToken(subject, credentials(), new Date());
}

export function signIamToken(subject: IamTokenSubject, credentials: AwsCredentials, now: Date): string {
  const { host, port, user, region } = subject;
  const timestamp = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const date = timestamp.slice(0, 8);
  const scope = `${date}/${region}/${SERVICE}/aws4_request`;
  const authority = `${host}:${port}`;

  // Sorted by name, as the signature wants them.
  const parameters: readonly (readonly [name: string, value: string])[] = [
    ['Action', 'connect'],
    ['DBUser', user],
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${credentials.accessKeyId}/${scope}`],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(EXPIRES_SECONDS)],
    ...(credentials.sessionToken ? [['X-Amz-Security-Token', credentials.sessionToken] as const] : []),
    ['X-Amz-SignedHeaders', 'host'],
  ];
  const query = parameters.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  const request = ['GET', '/', query, `host:${authority}`, '', 'host', EMPTY_BODY].join('\n');
  const textToSign = [ALGORITHM, timestamp, scope, sha256(request)].join('\n');

  const key = [date, region, SERVICE, 'aws4_request'].reduce<string | Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = createHmac('sha256', key).update(textToSign).digest('hex');
  return `${authority}/?${query}&X-Amz-Signature=${signature}`;
}

/** RFC 3986, which is stricter than encodeURIComponent. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
