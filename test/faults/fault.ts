/** What a fault is to the suite. */
import type { FaultStack } from './fault-stack.js';

export interface Fault {
  /** As a row of docs/faults.md. */
  name: string;
  /** How it is brought about, for docs/faults.md. */
  how: string;
  /** `idle`: before the first request, while every function is frozen. `busy`: when the first requests have been answered. */
  strikesWhile: 'idle' | 'busy';
  /** How long it lasts. 0 for what happens once. */
  lastsMillis: number;
  strike(stack: FaultStack): Promise<unknown>;
  /** Called again and again while it lasts. */
  again?(stack: FaultStack): Promise<unknown>;
  /** @default - nothing needs to be healed */
  heal?(stack: FaultStack): Promise<unknown>;
  /** The `errorType`s that a request may end with because of it. */
  mayEnd: readonly string[];
}

/** What a client may be told of a database that is away, or does not answer. */
export const UNAVAILABLE = ['DatabaseUnavailable'];
export const UNAVAILABLE_OR_LATE = ['DatabaseUnavailable', 'DatabaseTimeout'];
