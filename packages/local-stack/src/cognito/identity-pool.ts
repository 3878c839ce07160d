/**
 * Emulates a Cognito identity pool: which identity a user has, and the temporary credentials of an identity. Both are derived
 * with a secret of the state folder, so none is stored, and all of them are valid after a restart.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { isSameText } from '../is-same-text.js';
import type { LocalCredentials } from '../rds-proxy/credentials.js';
import { type LocalUserPool, providerName, uuidOf } from './user-pool.js';

/** One user, or one guest, as AppSync and the policies of S3 know them. */
export interface Identity {
  /** `local:` and a UUID: the same at each sign-in of a user. */
  readonly identityId: string;
  readonly role: 'authenticated' | 'guest';
  /** The user pool, and the `sub` of the user in it, as AWS writes it; null for a guest. */
  readonly authProvider: string | null;
}

export interface TemporaryCredentials extends LocalCredentials {
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly expiresAtMillis: number;
}

/** Cognito's, for the flow that Amplify's clients use. */
const VALIDITY_MILLIS = 60 * 60 * 1000;
const KEY_ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const KEY_ID_LENGTH = 16;
const GUEST_SEED_BYTES = 8;

export class IdentityPool {
  /** `local:` and a UUID. */
  readonly id: string;
  readonly #userPool: LocalUserPool;
  readonly #secret: string;

  /** @param secret `identityPoolSecret` of the state folder */
  constructor(userPool: LocalUserPool, secret: string) {
    this.id = userPool.identityPoolId;
    this.#userPool = userPool;
    this.#secret = secret;
  }

  /** @param sub of a user of the user pool */
  identityOfUser(sub: string): Identity {
    const provider = providerName(this.#userPool);
    return {
      identityId: `local:${uuidOf(`${sub} in ${this.id}`)}`,
      role: 'authenticated',
      authProvider: `"${provider}","${provider}:CognitoSignIn:${sub}"`,
    };
  }

  /** One that was not there before. */
  createGuest(): Identity {
    return this.#guestOf(randomBytes(GUEST_SEED_BYTES).toString('hex'));
  }

  /** @returns undefined for an id that `createGuest` has not given */
  findGuest(identityId: string): Identity | undefined {
    const seed = identityId.replace(/^local:|-/g, '').slice(0, 2 * GUEST_SEED_BYTES);
    const guest = this.#guestOf(seed);
    return isSameText(guest.identityId, identityId) ? guest : undefined;
  }

  issueCredentials(identity: Identity, nowMillis: number): TemporaryCredentials {
    const claims = JSON.stringify({ identity, expiresAtMillis: nowMillis + VALIDITY_MILLIS });
    return this.#credentialsOf(Buffer.from(claims).toString('base64url'));
  }

  /** @returns undefined for a session token that this pool has not issued. It may have expired. */
  readSessionToken(sessionToken: string): TemporaryCredentials | undefined {
    const [claims = '', seal = ''] = sessionToken.split('.', 2);
    return isSameText(seal, this.#sealOf(claims)) ? this.#credentialsOf(claims) : undefined;
  }

  /** A session token holds what it stands for, and a seal. The keys are derived from the same. */
  #credentialsOf(claims: string): TemporaryCredentials {
    const keyId = [...this.#hmac(`access key id of ${claims}`).subarray(0, KEY_ID_LENGTH)].map(
      (byte) => KEY_ID_ALPHABET[byte % KEY_ID_ALPHABET.length],
    );
    return {
      ...JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')),
      accessKeyId: `ASIA${keyId.join('')}`,
      secretAccessKey: this.#hmac(`secret access key of ${claims}`).toString('base64'),
      sessionToken: `${claims}.${this.#sealOf(claims)}`,
    };
  }

  #sealOf(claims: string): string {
    return this.#hmac(`session token of ${claims}`).toString('base64url');
  }

  /** The second half of the id proves that the first was given. */
  #guestOf(seed: string): Identity {
    const proof = this.#hmac(`guest ${seed} of ${this.id}`).toString('hex');
    const uuid = `${seed}${proof}`.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    return { identityId: `local:${uuid}`, role: 'guest', authProvider: null };
  }

  #hmac(text: string): Buffer {
    return createHmac('sha256', this.#secret).update(text).digest();
  }
}
