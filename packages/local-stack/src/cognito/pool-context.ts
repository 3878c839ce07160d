/** What the operations of the user pool share: the pool, its settings, the clock, and what is remembered until the stop. */
import type { AttemptCounter } from './attempts.js';
import type { Challenges } from './challenges.js';
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

/** Answers one request. @throws CognitoError */
export type Operation = (input: unknown, context: PoolContext) => Promise<object>;
