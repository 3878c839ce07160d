/** Keeps the users of the pool in one file of the state folder. Passwords, codes and tokens are in it as hashes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStackError } from '../local-stack-error.js';
import { replacePrivateFile } from '../replace-file.js';
import type { PasswordVerifier } from './srp.js';

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserType.html */
export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED';

/** What a code is for. */
export type CodePurpose = 'sign-up' | 'forgot-password' | `verify ${string}`;

export interface StoredCode {
  /** SHA-256, in base 16. */
  hash: string;
  expiresAtMillis: number;
}

/** One sign-in, and what was refreshed from it. */
export interface StoredSession {
  /** The claim `origin_jti` of its tokens. */
  originJti: string;
  /** SHA-256, in base 16. */
  refreshTokenHash: string;
  /** Seconds since 1970: the claim `auth_time` of its tokens. */
  authTimeSeconds: number;
  expiresAtMillis: number;
  isRevoked: boolean;
}

export interface StoredUser {
  /** The claim `username` of the tokens. A UUID, where users sign in with their email address. */
  username: string;
  sub: string;
  status: UserStatus;
  isEnabled: boolean;
  createdAtMillis: number;
  modifiedAtMillis: number;
  /** By Cognito's names, without `sub`. */
  attributes: Record<string, string>;
  /** New values that their owner has not confirmed yet. */
  unverified: Record<string, string>;
  groups: string[];
  /** Undefined for a user of local.config.ts until the first sign-in: the password is LOCAL_PASSWORD. */
  password?: PasswordVerifier;
  /** Of the password of an invitation. */
  temporaryPasswordUntilMillis?: number;
  codes: Record<string, StoredCode>;
  sessions: StoredSession[];
  /** When all sessions were ended, in seconds since 1970. */
  signedOutAtSeconds?: number;
  totp?: {
    /** In base 32, as authenticator apps take it. */
    secret: string;
    isVerified: boolean;
    isEnabled: boolean;
    isPreferred: boolean;
    /** The 30 seconds of the code used last, counted from 1970: no code is taken twice. */
    usedCounter?: number;
  };
}

/** Of the users of local.config.ts. Documented, and good for this machine alone. */
export const LOCAL_PASSWORD = 'Local-password-1';

/** The address of a user of local.config.ts. */
export function emailOf({ username }: { username: string }): string {
  return username.includes('@') ? username : `${username}@example.com`;
}

const FILE_NAME = 'users.json';

export class UserStore {
  readonly #path: string;
  readonly #users: Map<string, StoredUser>;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(path: string, users: readonly StoredUser[]) {
    this.#path = path;
    this.#users = new Map(users.map((user) => [user.username.toLowerCase(), user]));
  }

  /** @throws LocalStackError when the file is not what this class writes */
  static async open(stateDirectory: string): Promise<UserStore> {
    const path = join(stateDirectory, FILE_NAME);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    });
    try {
      const users = JSON.parse(text);
      if (!Array.isArray(users) || !users.every((user) => typeof user?.username === 'string'))
        throw new Error('no list');
      return new UserStore(path, users);
    } catch (cause) {
      throw new LocalStackError(
        `${path} does not hold the users of the local user pool.`,
        'Remove it: the users of local.config.ts are made anew, and those who signed up are gone.',
        { cause },
      );
    }
  }

  /** In the order in which they were made. */
  all(): StoredUser[] {
    return [...this.#users.values()];
  }

  /** @param alias a username or an email address, in any case */
  find(alias: string): StoredUser | undefined {
    const name = alias.toLowerCase();
    return this.#users.get(name) ?? this.all().find(({ attributes }) => attributes.email?.toLowerCase() === name);
  }

  /** Takes effect at once; `save` keeps it. */
  add(user: StoredUser): void {
    this.#users.set(user.username.toLowerCase(), user);
  }

  remove(user: StoredUser): void {
    this.#users.delete(user.username.toLowerCase());
  }

  /** Resolves when the file holds what the users are now. Calls that come while it is written share the next write. */
  save(): Promise<void> {
    if (this.#writing === undefined) {
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
      });
      return this.#writing;
    }
    this.#next ??= this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.save();
      });
    return this.#next;
  }

  #write(): Promise<void> {
    return replacePrivateFile(this.#path, `${JSON.stringify(this.all(), null, 1)}\n`);
  }
}
