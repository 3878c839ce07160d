/** Remembers the sign-ins that are under way, each for three minutes, by a text that nobody guesses. */
import { randomBytes } from 'node:crypto';
import type { SrpExchange } from './srp.js';

/** A new app client's AuthSessionValidity. */
const VALIDITY_MILLIS = 3 * 60 * 1000;
const KEY_BYTES = 96;
/** Those under way at once; the oldest go first. */
const KEPT = 10_000;

export type Challenge =
  | {
      name: 'PASSWORD_VERIFIER';
      /** Undefined for a user who does not exist, and is not told so. */
      username: string | undefined;
      /** What the client hashes in the place of the name it sent. */
      userIdForSrp: string;
      exchange: SrpExchange;
    }
  | { name: 'NEW_PASSWORD_REQUIRED' | 'SOFTWARE_TOKEN_MFA'; username: string }
  | {
      name: 'MFA_SETUP';
      username: string;
      /** In base 32, once it has been asked for. */
      secret?: string;
      isVerified?: boolean;
    };

export class Challenges {
  readonly #challenges = new Map<string, { challenge: Challenge; expiresAtMillis: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the key, in base 64: a Session, or a SECRET_BLOCK */
  open(challenge: Challenge): string {
    const [oldest] = this.#challenges.keys();
    if (oldest !== undefined && this.#challenges.size >= KEPT) this.#challenges.delete(oldest);
    const key = randomBytes(KEY_BYTES).toString('base64');
    this.#challenges.set(key, { challenge, expiresAtMillis: this.#now() + VALIDITY_MILLIS });
    return key;
  }

  /** @returns undefined for a key that was never given, has been closed or has expired */
  find(key: string): Challenge | undefined {
    const found = this.#challenges.get(key);
    return found !== undefined && found.expiresAtMillis > this.#now() ? found.challenge : undefined;
  }

  close(key: string): void {
    this.#challenges.delete(key);
  }
}
