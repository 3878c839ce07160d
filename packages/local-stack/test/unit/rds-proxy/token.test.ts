import { Signer } from '@aws-sdk/rds-signer';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCredentials } from '../../../src/rds-proxy/credentials.js';
import { type TokenContext, verifyToken } from '../../../src/rds-proxy/token.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const credentials = createCredentials();
const otherCredentials = createCredentials();

/** A token of AWS's own signer, valid unless the test asks for something else. */
async function sign(options: Partial<ConstructorParameters<typeof Signer>[0]> = {}, signedAt = NOW): Promise<string> {
  vi.setSystemTime(signedAt);
  const target = { hostname: 'localhost', port: 6432, username: 'app', region: 'eu-west-1', credentials };
  return new Signer({ ...target, ...options }).getAuthToken();
}

function verify(token: string, context: Partial<TokenContext> = {}) {
  return verifyToken(token, {
    hostname: 'localhost',
    port: 6432,
    region: 'eu-west-1',
    user: 'app',
    principals: [{ credentials, databaseUsers: ['app'] }],
    now: NOW,
    ...context,
  });
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe('a token is accepted', () => {
  test.each([
    ['at once', 0],
    ['890 s after it was signed', 890],
    ['in its last second', 899],
    ['from a clock 299 s ahead', -299],
  ])('%s', async (_, ageSeconds) => {
    const token = await sign();

    expect(verify(token, { now: NOW + ageSeconds * 1000 })).toEqual({
      accepted: true,
      accessKeyId: credentials.accessKeyId,
    });
  });

  test('for a user name that must be escaped', async () => {
    const user = "o'brien+reports (read) *é";
    const token = await sign({ username: user });

    const verdict = verify(token, { user, principals: [{ credentials, databaseUsers: [user] }] });

    expect(verdict.accepted).toBe(true);
  });

  test('from any of the principals', async () => {
    const principals = [
      { credentials: otherCredentials, databaseUsers: ['reporter'] },
      { credentials, databaseUsers: ['app'] },
    ];

    expect(verify(await sign(), { principals }).accepted).toBe(true);
  });
});

describe('a token is refused', () => {
  const change = (from: string | RegExp, to: string) => async () => (await sign()).replace(from, to);

  test.each<[string, () => Promise<string>, string]>([
    ['for another host', () => sign({ hostname: '127.0.0.1' }), 'the token is for 127.0.0.1:6432'],
    ['for another port', () => sign({ port: 5432 }), 'the token is for localhost:5432'],
    ['for another region', () => sign({ region: 'us-east-1' }), 'the token is for us-east-1'],
    ['for another user', () => sign({ username: 'admin' }), 'the token is for user admin'],
    ['for the user in another case', () => sign({ username: 'App' }), 'the token is for user App'],
    ['of another access key', () => sign({ credentials: otherCredentials }), 'is not known here'],
    [
      'signed with another secret key',
      () => sign({ credentials: { ...credentials, secretAccessKey: otherCredentials.secretAccessKey } }),
      'the signature does not match',
    ],
    [
      'with the session token of another',
      () => sign({ credentials: { ...credentials, sessionToken: otherCredentials.sessionToken } }),
      'the session token is not that of the access key',
    ],
    ['when it has just expired', () => sign({}, NOW - 900_000), 'the token expired 0 s ago'],
    ['when it is from the future', () => sign({}, NOW + 301_000), 'signed in the future'],
    ['with its life raised', change('Expires=900', 'Expires=901'), 'is not 1 to 900 seconds'],
    ['with its life lowered', change('Expires=900', 'Expires=600'), 'the signature does not match'],
    ['with no life', change('Expires=900', 'Expires=0'), 'is not 1 to 900 seconds'],
    ['with a life that is no number', change('Expires=900', 'Expires=9e2'), 'is not 1 to 900 seconds'],
    ['with a fresher date', change(/Date=[0-9TZ]+/, 'Date=20260301T115959Z'), 'the signature does not match'],
    ['with a date that is none', change(/Date=[0-9TZ]+/, 'Date=20261301T000000Z'), 'X-Amz-Date is malformed'],
    ['with the scope of another day', change('%2F20260301%2F', '%2F20260228%2F'), 'scope is of another day'],
    ['for another service', change('%2Frds-db%2F', '%2Fs3%2F'), 'the token is for the service s3'],
    ['with a longer scope', change('aws4_request', 'aws4_request%2Fx'), 'the credential scope is malformed'],
    ['with a flipped signature', change(/(Signature=)[0-9a-f]{8}/, '$100000000'), 'the signature does not match'],
    ['with a short signature', change(/(Signature=[0-9a-f]{8})[0-9a-f]*/, '$1'), 'the signature does not match'],
    ['without a signature', change(/&X-Amz-Signature=[0-9a-f]+/, ''), 'the token has no X-Amz-Signature'],
    ['with a parameter twice', change(/$/, '&DBUser=app'), 'the token has DBUser twice'],
    ['with one more parameter', change(/$/, '&Role=admin'), 'the token has an unknown parameter "Role"'],
    ['without its session token', change(/X-Amz-Security-Token=[^&]+&/, ''), 'the session token is not that'],
    ['for another action', change('Action=connect', 'Action=drop'), 'Action is not connect'],
    ['with another algorithm', change('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1'), 'X-Amz-Algorithm is not'],
    ['with other signed headers', change('SignedHeaders=host', 'SignedHeaders=date'), 'X-Amz-SignedHeaders is not'],
    ['with a malformed escape', change('DBUser=app', 'DBUser=%zz'), 'the token has a malformed escape'],
    ['with its scheme', change(/^/, 'https://'), 'the password is not an IAM token'],
    ['when it is a plain password', async () => 'secret', 'the password is not an IAM token'],
    ['when it is empty', async () => '', 'the password is not an IAM token'],
  ])('%s', async (_, createToken, reason) => {
    const token = await createToken();

    expect(verify(token)).toEqual({ accepted: false, reason: expect.stringContaining(reason) });
  });

  test('when its principal has no grant for the user', async () => {
    const token = await sign({ username: 'reporter' });

    expect(verify(token, { user: 'reporter' })).toEqual({
      accepted: false,
      reason: `${credentials.accessKeyId} is not allowed rds-db:connect as reporter`,
    });
  });

  test('with a reason that holds nothing secret', async () => {
    const token = (await sign()).replace('Expires=900', 'Expires=600');

    const { reason } = verify(token) as { reason: string };

    expect(reason).not.toContain('X-Amz-Security-Token');
    expect(reason).not.toContain(credentials.secretAccessKey);
  });
});
