/** Tests that AppSync rejects a user token that was forged in any of the known ways, and its message for each. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCHEMAS } from '@vpc-postgres/testing/support/appsync-schemas.js';
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import {
  decodeJwt,
  decodeProtectedHeader,
  exportSPKI,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadOrCreateUserPool, subOf } from '../../../src/cognito/user-pool.js';

const appsync = serveAppSync(SCHEMAS);

const NO_VALID_HEADER = 'Valid authorization header not provided.';
const NOT_A_TOKEN = 'Unable to parse JWT token.';
const EXPIRED = 'Token has expired.';

let claims: JWTPayload;
let header: JWTHeaderParameters;
let poolKey: Awaited<ReturnType<typeof importJWK>>;
/** As anybody can fetch it from the pool's address. */
let publicPem: string;

const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });

beforeAll(async () => {
  claims = decodeJwt(appsync.alice);
  header = decodeProtectedHeader(appsync.alice) as JWTHeaderParameters;
  const { privateKey } = JSON.parse(await readFile(join(appsync.stateDirectory, 'user-pool.json'), 'utf8'));
  poolKey = await importJWK(privateKey, 'RS256');
  const { kty, n, e } = privateKey;
  const publicKey = await importJWK({ kty, n, e }, 'RS256', { extractable: true });
  publicPem = publicKey instanceof Uint8Array ? '' : await exportSPKI(publicKey);
});

/** By the pool itself: what it would never sign, signed right. */
const byPool = (changes: JWTPayload, headerChanges: Record<string, unknown> = {}) =>
  new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...headerChanges }).sign(poolKey);

/** By a key of the attacker's, which their header may offer for the check. */
const byAttacker = (headerChanges: Record<string, unknown> = {}, changes: JWTPayload = {}) =>
  new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...headerChanges }).sign(attacker.privateKey);

const withHmac = (secret: string, headerChanges: Record<string, unknown> = {}) =>
  new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256', ...headerChanges }).sign(Buffer.from(secret));

const base64Url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Alice's own, with some of its three parts changed. */
function pieced(change: (parts: [string, string, string]) => string[]): string {
  return change(appsync.alice.split('.') as [string, string, string]).join('.');
}

async function tokenOfAnotherPool(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'other-pool-'));
  const other = await loadOrCreateUserPool(folder);
  await rm(folder, { recursive: true });
  return other.issueToken({ username: 'alice', groups: ['admins'] });
}

const withoutClaim = (name: string) => {
  const { [name]: _, ...rest } = claims;
  return new SignJWT(rest).setProtectedHeader(header).sign(poolKey);
};

async function expectRefused(token: string, message: string): Promise<void> {
  const headers = { authorization: token };
  const query = '{ listOrders { items { id } } orderTotals { currency } }';
  const response = await appsync.post('/graphql', headers, JSON.stringify({ query }));

  expect(response).toEqual({ status: 401, body: { errors: [{ errorType: 'UnauthorizedException', message }] } });
  expect(appsync.events).toEqual([]);
  expect(JSON.stringify([response, appsync.records])).not.toContain(token);
}

test('what the pool signed is accepted, so that the refusals below are for what was changed', async () => {
  await appsync.query(await byPool({}), '{ getOrder(id: "1") { id } }');

  expect(appsync.theEvent.event.identity).toMatchObject({ sub: subOf('alice') });
});

describe('a user token is refused for its signature', () => {
  test.each<[string, () => string | Promise<string>, string]>([
    ['of somebody else’s key', () => byAttacker(), NO_VALID_HEADER],
    [
      'left out, with the algorithm "none"',
      () => pieced(([, p]) => [base64Url({ alg: 'none' }), p, '']),
      NO_VALID_HEADER,
    ],
    [
      'left out, with the algorithm "NONE"',
      () => pieced(([, p]) => [base64Url({ alg: 'NONE' }), p, '']),
      NO_VALID_HEADER,
    ],
    ['left out', () => pieced(([h, p]) => [h, p, '']), NO_VALID_HEADER],
    ['cut', () => pieced(([h, p, s]) => [h, p, s.slice(0, -8)]), NO_VALID_HEADER],
    ['made with the pool’s public key as the secret of HS256', () => withHmac(publicPem), NO_VALID_HEADER],
    ['made with the key’s name as the secret of HS256', () => withHmac(String(header.kid)), NO_VALID_HEADER],
    ['made with an empty-looking secret', () => withHmac('0'.repeat(32)), NO_VALID_HEADER],
    [
      'of another token of the same pool',
      async () => {
        const [, , signature] = appsync.admin.split('.');
        return pieced(([h, p]) => [h, p, String(signature)]);
      },
      NO_VALID_HEADER,
    ],
    [
      'of the token, over a payload with the group "admins"',
      () => {
        const forged = base64Url({ ...claims, 'cognito:groups': ['admins'] });
        return pieced(([h, , s]) => [h, forged, s]);
      },
      NO_VALID_HEADER,
    ],
    [
      'of the token, over a payload with another sub',
      () => {
        return pieced(([h, , s]) => [h, base64Url({ ...claims, sub: subOf('bob') }), s]);
      },
      NO_VALID_HEADER,
    ],
    [
      'of the token, over a payload that never expires',
      () => {
        return pieced(([h, , s]) => [h, base64Url({ ...claims, exp: 4_102_444_800 }), s]);
      },
      NO_VALID_HEADER,
    ],
    ['of another user pool', tokenOfAnotherPool, NO_VALID_HEADER],
  ])('%s', async (_, token, message) => {
    await expectRefused(await token(), message);
  });
});

describe('a user token is refused for its header', () => {
  test.each<[string, () => Promise<string>]>([
    ['names an unknown key', () => byPool({}, { kid: 'unknown' })],
    ['names no key', () => byPool({}, { kid: undefined })],
    ['names a file as the key', () => byAttacker({ kid: '../../../../dev/null' })],
    ['names a file as the key, and signs with what is in it', () => withHmac('\0', { kid: '/dev/null' })],
    ['names a URL as the key', () => byAttacker({ kid: 'https://attacker.example/jwks.json' })],
    ['has SQL for the key', () => byAttacker({ kid: "x' union select 'secret' --" })],
    ['brings its own key', () => byAttacker({ jwk: attacker.publicKey.export({ format: 'jwk' }) })],
    ['says where its own key is', () => byAttacker({ jku: 'https://attacker.example/jwks.json' })],
    ['says where its own certificate is', () => byAttacker({ x5u: 'https://attacker.example/cert.pem' })],
    [
      'brings its own certificate',
      () => byAttacker({ x5c: [attacker.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')] }),
    ],
    [
      'asks for what nobody understands',
      async () => pieced(([, p, s]) => [base64Url({ ...header, crit: ['x'], x: 1 }), p, s]),
    ],
    ['has another RSA algorithm', async () => pieced(([, p, s]) => [base64Url({ ...header, alg: 'RS512' }), p, s])],
  ])('%s', async (_, token) => {
    const { status, body } = await appsync.query(await token(), '{ getOrder(id: "1") { id } }');

    expect({ status, type: body.errors?.[0]?.errorType }).toEqual({ status: 401, type: 'UnauthorizedException' });
    expect(appsync.events).toEqual([]);
  });
});

describe('a user token is refused for its claims, though the pool itself had signed them', () => {
  const now = () => Math.floor(Date.now() / 1000);

  test.each<[string, () => Promise<string>, string]>([
    ['of another app client', () => byPool({ client_id: 'another' }), NO_VALID_HEADER],
    ['of no app client', () => withoutClaim('client_id'), NO_VALID_HEADER],
    [
      'with the client in the place of an ID token',
      () => byPool({ client_id: undefined, aud: String(claims.client_id) }),
      NO_VALID_HEADER,
    ],
    [
      'of another issuer',
      () => byPool({ iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Attacker' }),
      NO_VALID_HEADER,
    ],
    ['of an issuer that only begins alike', () => byPool({ iss: `${claims.iss}.attacker.example` }), NO_VALID_HEADER],
    ['of no issuer', () => withoutClaim('iss'), NO_VALID_HEADER],
    ['expired', () => byPool({ exp: now() - 1 }), EXPIRED],
    ['without an end', () => withoutClaim('exp'), NO_VALID_HEADER],
    ['not valid yet', () => byPool({ nbf: now() + 60 }), NO_VALID_HEADER],
    ['without a sub', () => withoutClaim('sub'), NO_VALID_HEADER],
    ['without a user name', () => withoutClaim('username'), NO_VALID_HEADER],
    ['of a refresh token', () => byPool({ token_use: 'refresh' }), NO_VALID_HEADER],
    ['of no kind of token', () => withoutClaim('token_use'), NO_VALID_HEADER],
  ])('%s', async (_, token, message) => {
    await expectRefused(await token(), message);
  });
});

describe('a user token is refused for its form', () => {
  test.each<[string, () => string, string]>([
    ['after "Bearer"', () => `Bearer ${appsync.alice}`, NOT_A_TOKEN],
    ['in lower case', () => appsync.alice.toLowerCase(), NOT_A_TOKEN],
    ['of two parts', () => pieced(([h, p]) => [h, p]), NOT_A_TOKEN],
    ['of four parts', () => pieced((parts) => [...parts, parts[2]]), NOT_A_TOKEN],
    ['of five parts, as if it were encrypted', () => pieced((parts) => [...parts, parts[1], parts[2]]), NOT_A_TOKEN],
    ['twice', () => `${appsync.alice},${appsync.alice}`, NOT_A_TOKEN],
    ['of dots', () => '..', NOT_A_TOKEN],
    ['with a header that is no JSON', () => pieced(([, p, s]) => ['e30x', p, s]), NOT_A_TOKEN],
    ['with a header that is a list', () => pieced(([, p, s]) => [base64Url([]), p, s]), NOT_A_TOKEN],
    ['with a payload cut in half', () => pieced(([h, p, s]) => [h, p.slice(0, p.length / 2), s]), NO_VALID_HEADER],
    ['of 12 kB of nothing', () => 'A'.repeat(12_000), NOT_A_TOKEN],
    ['of 12 kB of dots', () => '.'.repeat(12_000), NOT_A_TOKEN],
  ])('%s', async (_, token, message) => {
    await expectRefused(token(), message);
  });

  test('of more than a header may be long', async () => {
    const response = await fetch(`${appsync.url}/graphql`, {
      method: 'POST',
      headers: { authorization: 'A'.repeat(40_000) },
      body: '{}',
    });

    expect(response.status).toBe(431);
    expect(appsync.events).toEqual([]);
  });
});
