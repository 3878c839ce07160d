/**
 * Emulates a Cognito user pool: one signing key and one list of users, kept in the state folder. What its users can do is in
 * operations/; the check that AppSync makes of a token is in token-signer.ts.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { SampleUser } from '../local-app.js';
import { LocalStackError } from '../local-stack-error.js';
import { createPoolFile, poolFilePath, readPoolFile } from './pool-file.js';
import type { TokenSigner, UserPoolIdentity } from './token-signer.js';
import { emailOf, UserStore } from './users.js';

export type { UserPoolIdentity };

/** Of a token that a command line or a page asks for. A sign-in gives what the app client has: 15 minutes. */
export const DEFAULT_TOKEN_EXPIRES_IN_SECONDS = 3600;

/**
 * A constant, not a secret: a user keeps their `sub`, and so their rows, when the pool is made anew.
 * Any UUID serves; this one was drawn at random.
 */
const SUB_NAMESPACE = 'd9f2b6a4-6e0b-4c0e-9a51-3f0f7f0c5a1e';

export interface IssueTokenOptions {
  /** A username or an email address. One that is not in the pool gets a token as if it were. */
  username: string;
  /** Group names, for the claim `cognito:groups`. @default - those of the user */
  groups?: readonly string[] | undefined;
  /** Seconds until the token expires; negative for one that has. @default DEFAULT_TOKEN_EXPIRES_IN_SECONDS */
  expiresInSeconds?: number;
}

export interface LocalUserPool extends Omit<TokenSigner, 'sign'> {
  /** `local_…`. What AWS calls the region is the part before `_`. */
  readonly id: string;
  /** Of the identity pool that gives AWS credentials to this pool's users: `local:…`. */
  readonly identityPoolId: string;
  readonly users: UserStore;
  /** A signed access token, without a sign-in. */
  issueToken(options: IssueTokenOptions): Promise<string>;
  /** Signs claims as they are, with those that every token of this pool has. */
  sign(claims: JWTPayload): Promise<string>;
}

/**
 * The pool whose key is in `stateDirectory`, made first when there is none.
 *
 * @param stateDirectory the stack's data folder, `.local`
 */
export async function loadOrCreateUserPool(stateDirectory: string): Promise<LocalUserPool> {
  const signer = (await readPoolFile(stateDirectory)) ?? (await createPoolFile(stateDirectory));
  return createUserPool(signer, await UserStore.open(stateDirectory));
}

/**
 * The pool that `npm start` left in `stateDirectory`; a LocalStackError when there is none. For command lines that must
 * not make a second pool, whose tokens the running stack would refuse.
 *
 * @param stateDirectory the stack's data folder, `.local`
 */
export async function loadUserPool(stateDirectory: string): Promise<LocalUserPool> {
  const signer = await readPoolFile(stateDirectory);
  if (signer === undefined) {
    throw new LocalStackError(
      `There is no local user pool in ${poolFilePath(stateDirectory)} yet.`,
      'Run `npm start` first, in this folder: it makes one.',
    );
  }
  return createUserPool(signer, await UserStore.open(stateDirectory));
}

/** The `sub` of a user: the same for the same name, in every pool. */
export function subOf(username: string): string {
  return uuidOf(username);
}

/** A UUID of version 5 (RFC 9562): the same for the same name. */
export function uuidOf(name: string): string {
  const namespace = Buffer.from(SUB_NAMESPACE.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * Puts the users of local.config.ts into the pool, those that are not in it yet, with an address at example.com and
 * LOCAL_PASSWORD. Their groups are those of local.config.ts at each start.
 */
export async function seedUsers({ users }: LocalUserPool, samples: readonly SampleUser[]): Promise<void> {
  let hasChanged = false;
  for (const { username, groups } of samples) {
    const kept = users.find(username);
    if (kept?.groups.join() === groups.join()) continue;
    hasChanged = true;
    if (kept !== undefined) {
      kept.groups = [...groups];
      continue;
    }
    const nowMillis = Date.now();
    users.add({
      username,
      sub: subOf(username),
      status: 'CONFIRMED',
      isEnabled: true,
      createdAtMillis: nowMillis,
      modifiedAtMillis: nowMillis,
      attributes: { email: emailOf({ username }), email_verified: 'true' },
      unverified: {},
      groups: [...groups],
      codes: {},
      sessions: [],
    });
  }
  if (hasChanged) await users.save();
}

function createUserPool(signer: TokenSigner, users: UserStore): LocalUserPool {
  const { issuer, clientId } = signer;
  const id = issuer.slice(issuer.lastIndexOf('/') + 1);
  const sign = (claims: JWTPayload) =>
    signer.sign({ ...claims, iss: issuer, event_id: randomUUID(), jti: randomUUID() });
  return {
    ...signer,
    id,
    identityPoolId: `local:${uuidOf(id)}`,
    users,
    sign,

    async issueToken({ username, groups, expiresInSeconds = DEFAULT_TOKEN_EXPIRES_IN_SECONDS }) {
      const user = users.find(username);
      const nowSeconds = Math.floor(Date.now() / 1000);
      return sign({
        ...accessClaims({
          sub: user?.sub ?? subOf(username),
          username: user?.username ?? username,
          groups: groups ?? user?.groups ?? [],
          clientId,
        }),
        origin_jti: randomUUID(),
        auth_time: nowSeconds,
        exp: nowSeconds + expiresInSeconds,
        iat: nowSeconds,
      });
    },
  };
}

/** What an identity pool calls the user pool: its issuer without `https://`. */
export function providerName({ issuer }: Pick<LocalUserPool, 'issuer'>): string {
  return issuer.replace(/^https:\/\//, '');
}

/** What an access token says of its user. */
export function accessClaims({
  sub,
  username,
  groups,
  clientId,
}: {
  sub: string;
  username: string;
  groups: readonly string[];
  clientId: string;
}): JWTPayload {
  return {
    sub,
    // Cognito leaves the claim out for a user in no group.
    ...(groups.length > 0 && { 'cognito:groups': [...groups] }),
    client_id: clientId,
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    username,
  };
}
