/**
 * Emulates a Cognito user pool: one signing key kept in the state folder, tokens with the claims of a
 * Cognito access token, and the check that AppSync makes of them. It has no users, passwords or sign-in.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
// By parts: the whole of jose takes twice as long to load, and `npm start` waits for it.
import type { JWK, JWTPayload } from 'jose';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { importJWK } from 'jose/key/import';
import { LocalStackError } from '../local-stack-error.js';
import { replacePrivateFile } from '../replace-file.js';

const SIGNING_ALGORITHM = 'RS256';
const FILE_NAME = 'user-pool.json';

/** Cognito's own default for access tokens: one hour. */
export const DEFAULT_TOKEN_EXPIRES_IN_SECONDS = 3600;

/**
 * A constant, not a secret: a user keeps their `sub`, and so their rows, when the pool is made anew.
 * Any UUID serves; this one was drawn at random.
 */
const SUB_NAMESPACE = 'd9f2b6a4-6e0b-4c0e-9a51-3f0f7f0c5a1e';

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

export interface IssueTokenOptions {
  username: string;
  /** Group names, for the claim `cognito:groups`. @default - in no group */
  groups?: readonly string[];
  /** Seconds until the token expires; negative for one that has. @default DEFAULT_TOKEN_EXPIRES_IN_SECONDS */
  expiresInSeconds?: number;
}

export interface LocalUserPool {
  /** What the tokens hold in `iss`. */
  readonly issuer: string;
  /** The one app client of this pool: `client_id` of an access token, `aud` of an ID token. */
  readonly clientId: string;
  /** A signed access token. */
  issueToken(options: IssueTokenOptions): Promise<string>;
  /** The caller whom the token names. Throws a jose error when the token is not one of this pool, or has expired. */
  verifyToken(token: string): Promise<UserPoolIdentity>;
}

/** What the file holds. `privateKey` is a JWK; its public half is derived from it. */
interface UserPoolFile {
  issuer: string;
  clientId: string;
  privateKey: JWK;
}

/**
 * The pool whose key is in `stateDirectory`, made first when there is none.
 *
 * @param stateDirectory the stack's data folder, `.local`
 */
export async function loadOrCreateUserPool(stateDirectory: string): Promise<LocalUserPool> {
  return (await readUserPool(stateDirectory)) ?? (await createUserPool(stateDirectory));
}

/**
 * The pool that `npm start` left in `stateDirectory`; a LocalStackError when there is none. For command lines that must
 * not make a second pool, whose tokens the running stack would refuse.
 *
 * @param stateDirectory the stack's data folder, `.local`
 */
export async function loadUserPool(stateDirectory: string): Promise<LocalUserPool> {
  const userPool = await readUserPool(stateDirectory);
  if (userPool === undefined) {
    throw new LocalStackError(
      `There is no local user pool in ${join(stateDirectory, FILE_NAME)} yet.`,
      'Run `npm start` first, in this folder: it makes one.',
    );
  }
  return userPool;
}

/** The `sub` of a user: the same for the same name, in every pool. A UUID of version 5 (RFC 9562). */
export function subOf(username: string): string {
  const namespace = Buffer.from(SUB_NAMESPACE.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update(username).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function readUserPool(stateDirectory: string): Promise<LocalUserPool | undefined> {
  const path = join(stateDirectory, FILE_NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new LocalStackError(`${path} cannot be read.`, 'Make it readable for you, or remove it: it is made anew.', {
      cause: error,
    });
  }
  try {
    const file: unknown = JSON.parse(text);
    if (!isUserPoolFile(file)) throw new Error('issuer, clientId or privateKey is missing');
    return await openUserPool(file);
  } catch (error) {
    throw new LocalStackError(
      `${path} does not hold a user pool.`,
      'Remove it: the next `npm start` makes a new one, and tokens issued before are refused.',
      { cause: error },
    );
  }
}

async function createUserPool(stateDirectory: string): Promise<LocalUserPool> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const file: UserPoolFile = {
    // .localhost never leaves the machine (RFC 6761), so nothing can be mistaken for a deployed pool.
    issuer: `https://cognito-idp.localhost/local_${randomBytes(5).toString('hex')}`,
    clientId: randomBytes(13).toString('hex'),
    privateKey: await exportJWK(privateKey),
  };
  await mkdir(stateDirectory, { recursive: true });
  const path = join(stateDirectory, FILE_NAME);
  // Renamed into place, so that an interrupted first start never leaves half a key.
  await replacePrivateFile(path, `${JSON.stringify(file, null, 2)}\n`);
  return openUserPool(file);
}

function isUserPoolFile(value: unknown): value is UserPoolFile {
  if (typeof value !== 'object' || value === null) return false;
  const { issuer, clientId, privateKey } = value as Partial<Record<keyof UserPoolFile, unknown>>;
  return (
    typeof issuer === 'string' &&
    typeof clientId === 'string' &&
    typeof privateKey === 'object' &&
    privateKey !== null &&
    'd' in privateKey
  );
}

async function openUserPool({ issuer, clientId, privateKey }: UserPoolFile): Promise<LocalUserPool> {
  const { kty, n, e } = privateKey;
  if (kty !== 'RSA' || n === undefined || e === undefined) throw new Error('privateKey is not an RSA key');
  const signingKey = await importJWK(privateKey, SIGNING_ALGORITHM);
  const verificationKey = await importJWK({ kty, n, e }, SIGNING_ALGORITHM);
  const keyId = createHash('sha256').update(n).digest('base64');

  return {
    issuer,
    clientId,

    async issueToken({ username, groups = [], expiresInSeconds = DEFAULT_TOKEN_EXPIRES_IN_SECONDS }) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      return new SignJWT({
        sub: subOf(username),
        // Cognito leaves the claim out for a user in no group.
        ...(groups.length > 0 && { 'cognito:groups': [...groups] }),
        iss: issuer,
        client_id: clientId,
        origin_jti: randomUUID(),
        event_id: randomUUID(),
        token_use: 'access',
        scope: 'aws.cognito.signin.user.admin',
        auth_time: nowSeconds,
        exp: nowSeconds + expiresInSeconds,
        iat: nowSeconds,
        jti: randomUUID(),
        username,
      })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: keyId })
        .sign(signingKey);
    },

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
