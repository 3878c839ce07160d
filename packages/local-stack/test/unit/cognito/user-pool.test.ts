import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeJwt,
  decodeProtectedHeader,
  exportSPKI,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalUserPool, loadOrCreateUserPool, loadUserPool, subOf } from '../../../src/cognito/user-pool.js';
import { LocalStackError } from '../../../src/local-stack-error.js';

let stateDirectory: string;
let userPool: LocalUserPool;

beforeAll(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'user-pool-'));
  userPool = await loadOrCreateUserPool(stateDirectory);
});

afterAll(() => rm(stateDirectory, { recursive: true }));

describe('issueToken', () => {
  it('makes an access token with the claims of Cognito', async () => {
    const token = await userPool.issueToken({ username: 'carol', groups: ['admins'], expiresInSeconds: 60 });

    const claims = decodeJwt(token);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid: expect.any(String) });
    expect(claims).toEqual({
      sub: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      'cognito:groups': ['admins'],
      iss: userPool.issuer,
      client_id: userPool.clientId,
      origin_jti: expect.any(String),
      event_id: expect.any(String),
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      auth_time: claims.iat,
      exp: (claims.iat ?? 0) + 60,
      iat: expect.any(Number),
      jti: expect.any(String),
      username: 'carol',
    });
  });

  it('leaves the groups out for a user in none', async () => {
    const claims = decodeJwt(await userPool.issueToken({ username: 'alice' }));

    expect(claims).not.toHaveProperty('cognito:groups');
  });
});

describe('subOf', () => {
  it('is the UUID of version 5 that everyone else would compute', () => {
    // python3 -c "import uuid; print(uuid.uuid5(uuid.UUID('d9f2b6a4-6e0b-4c0e-9a51-3f0f7f0c5a1e'), 'alice'))"
    expect(subOf('alice')).toBe('87349f25-d7dc-5119-be75-45fe2514a974');
    expect(subOf('bob')).not.toBe(subOf('alice'));
  });
});

describe('verifyToken', () => {
  it('gives the identity that AppSync hands to a resolver', async () => {
    const token = await userPool.issueToken({ username: 'carol', groups: ['admins', 'auditors'] });

    await expect(userPool.verifyToken(token)).resolves.toEqual({
      sub: subOf('carol'),
      issuer: userPool.issuer,
      username: 'carol',
      claims: decodeJwt(token),
      sourceIp: ['127.0.0.1'],
      defaultAuthStrategy: 'ALLOW',
      groups: ['admins', 'auditors'],
    });
  });

  it('has null for the groups of a user in none', async () => {
    const identity = await userPool.verifyToken(await userPool.issueToken({ username: 'alice' }));

    expect(identity.groups).toBeNull();
  });

  it('takes an ID token, which names the client in aud and the user in cognito:username', async () => {
    const token = await signWithPoolKey({
      ...idTokenClaims(),
      aud: userPool.clientId,
    });

    await expect(userPool.verifyToken(token)).resolves.toMatchObject({ username: 'dave', sub: 'sub-of-dave' });
  });

  const refused: [string, () => Promise<string>, RegExp][] = [
    ['no token at all', async () => 'garbage', /Invalid Compact JWS/],
    ['an expired token', () => userPool.issueToken({ username: 'alice', expiresInSeconds: -1 }), /"exp" claim/],
    ['alg none', async () => unsigned(await accessClaims()), /algorithm/i],
    ['HS256 with the public key as the secret', async () => signWithPublicKey(await accessClaims()), /"alg"/],
    ['the token of another pool', () => tokenOfAnotherPool(), /names no key of this user pool/],
    [
      'another issuer',
      async () => signWithPoolKey({ ...(await accessClaims()), iss: 'https://example.org' }),
      /"iss" claim/,
    ],
    [
      'the token of another client',
      async () => signWithPoolKey({ ...(await accessClaims()), client_id: 'other' }),
      /app client/,
    ],
    ['an ID token of another client', () => signWithPoolKey({ ...idTokenClaims(), aud: 'other' }), /app client/],
    ['a refresh token', async () => signWithPoolKey({ ...(await accessClaims()), token_use: 'refresh' }), /app client/],
    [
      'a changed payload',
      async () => withChangedPayload(await userPool.issueToken({ username: 'alice' })),
      /signature/,
    ],
    [
      'a token that never expires',
      async () => {
        const { exp: _, ...claims } = await accessClaims();
        return signWithPoolKey(claims);
      },
      /"exp" claim/,
    ],
  ];

  it.each(refused)('refuses %s', async (_, makeToken, message) => {
    await expect(userPool.verifyToken(await makeToken())).rejects.toThrow(message);
  });
});

describe('the file of the pool', () => {
  it('is readable by its owner alone', async () => {
    const { mode } = await stat(join(stateDirectory, 'user-pool.json'));

    expect(mode & 0o777).toBe(0o600);
  });

  it('keeps the key, so that tokens outlive a restart', async () => {
    const token = await userPool.issueToken({ username: 'alice' });

    const reopened = await loadOrCreateUserPool(stateDirectory);

    await expect(reopened.verifyToken(token)).resolves.toMatchObject({ username: 'alice' });
  });

  it('is asked for with the command that makes it', async () => {
    const error = await loadUserPool(join(stateDirectory, 'elsewhere')).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(LocalStackError);
    expect(error).toMatchObject({ fix: expect.stringContaining('npm start') });
  });

  it.each(['', '{}', '{"issuer": "x", "clientId": "y", "privateKey": {"d": "z"}}'])(
    'is named when it holds %j',
    async (content) => {
      const broken = await mkdtemp(join(tmpdir(), 'user-pool-broken-'));
      await writeFile(join(broken, 'user-pool.json'), content);

      await expect(loadOrCreateUserPool(broken)).rejects.toThrow(/user-pool\.json does not hold a user pool/);
      await rm(broken, { recursive: true });
    },
  );
});

async function accessClaims(): Promise<JWTPayload> {
  return decodeJwt(await userPool.issueToken({ username: 'alice' }));
}

function idTokenClaims(): JWTPayload {
  return {
    sub: 'sub-of-dave',
    iss: userPool.issuer,
    token_use: 'id',
    'cognito:username': 'dave',
    exp: Math.floor(Date.now() / 1000) + 60,
  };
}

async function poolKey() {
  const { privateKey } = JSON.parse(await readFile(join(stateDirectory, 'user-pool.json'), 'utf8'));
  return privateKey;
}

async function signWithPoolKey(claims: JWTPayload): Promise<string> {
  const header = decodeProtectedHeader(await userPool.issueToken({ username: 'alice' })) as JWTHeaderParameters;
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(await poolKey(), 'RS256'));
}

/** The confusion attack: everybody who knows the public key could sign. */
async function signWithPublicKey(claims: JWTPayload): Promise<string> {
  const { kty, n, e } = await poolKey();
  const publicKey = await importJWK({ kty, n, e }, 'RS256', { extractable: true });
  if (publicKey instanceof Uint8Array) throw new Error('expected an RSA key');
  const secret = new TextEncoder().encode(await exportSPKI(publicKey));
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
}

function unsigned(claims: JWTPayload): string {
  return `${base64Url({ alg: 'none', typ: 'JWT' })}.${base64Url(claims)}.`;
}

function withChangedPayload(token: string): string {
  const [header, , signature] = token.split('.');
  return `${header}.${base64Url({ ...decodeJwt(token), username: 'bob' })}.${signature}`;
}

async function tokenOfAnotherPool(): Promise<string> {
  const elsewhere = await mkdtemp(join(tmpdir(), 'user-pool-other-'));
  const other = await loadOrCreateUserPool(elsewhere);
  await rm(elsewhere, { recursive: true });
  return other.issueToken({ username: 'alice' });
}

function base64Url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
