/** What a fault is to the suite. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRun } from './fault-run.js';
import type { FaultStack } from './fault-stack.js';

export interface Fault {
  /** As a row of packages/lambda/docs/faults.md. */
  name: string;
  /** How it is brought about, for packages/lambda/docs/faults.md. */
  how: string;
  /** `idle`: before the first request, while every function is frozen. `busy`: when the first requests have been answered. */
  strikesWhile: 'idle' | 'busy';
  /** How long it lasts, in milliseconds: 0 for what happens once. Or until the last request has been answered. */
  lasts: number | 'to the end';
  strike(stack: FaultStack): Promise<unknown>;
  /** Called again and again while it lasts. */
  again?(stack: FaultStack): Promise<unknown>;
  /** @default - nothing needs to be healed */
  heal?(stack: FaultStack): Promise<unknown>;
  /** The `errorType`s that a request may end with because of it. */
  mayEnd: readonly string[];
  /** Whether it struck: a fault that nobody noticed proves nothing. @default a request failed, or was retried */
  isFelt?(run: FaultRun): boolean;
}

/** The errors that a client can get from a database that is away, or does not answer. */
export const UNAVAILABLE = ['DatabaseUnavailable'];
export const UNAVAILABLE_OR_LATE = ['DatabaseUnavailable', 'DatabaseTimeout'];

const BUSY = 3;

/** Waits for a moment at which several transactions are under way; not for ever, should the requests be over. */
export async function untilBusy(stack: FaultStack): Promise<void> {
  const isOver = () =>
    Object.values(stack.statistics().functions).every(({ busyEnvironments }) => busyEnvironments === 0);
  while (stack.proxy.statistics().databaseConnections.borrowed < BUSY && !isOver()) await delay(1);
}

/** For a fault that ends every connection. */
export const hasNewConnections = ({ newConnections }: FaultRun): boolean => newConnections > 0;
