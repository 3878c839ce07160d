/** What the operations of the user pool share: the pool, its settings, the clock, and what is remembered until the stop. */
import { randomBytes } from 'node:crypto';
import { AttemptCounter } from './attempts.js';
import { Challenges } from './challenges.js';
import type { Inbox } from './inbox.js';
import type { UserPoolSettings } from './settings.js';
import type { LocalUserPool } from './user-pool.js';

export interface PoolContext {
  pool: LocalUserPool;
  /** As they are now: amplify/auth/resource.ts may have been edited. */
  settings(): UserPoolSettings;
  inbox: Inbox;
  challenges: Challenges;
  attempts: AttemptCounter;
  /** Random bytes of this run. What is made up for an unknown user comes from them. */
  secret: Buffer;
  /** Milliseconds since 1970. */
  now(): number;
}

const SECRET_BYTES = 32;

/** With nothing remembered yet. @param now @default Date.now */
export function createPoolContext({
  now = Date.now,
  ...given
}: Pick<PoolContext, 'pool' | 'settings' | 'inbox'> & { now?: () => number }): PoolContext {
  return {
    ...given,
    challenges: new Challenges(now),
    attempts: new AttemptCounter(now),
    secret: randomBytes(SECRET_BYTES),
    now,
  };
}

/** Answers one request. @throws CognitoError */
export type Operation = (input: unknown, context: PoolContext) => Promise<object>;
