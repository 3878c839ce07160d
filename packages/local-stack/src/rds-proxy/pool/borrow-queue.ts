/** Queues the clients that wait for a database connection, in order, up to the borrow timeout. */
import { RecentDurations } from '../../recent-durations.js';
import type { ProxyError } from '../proxy-error.js';
import type { DatabaseConnection } from './database-connection.js';
import { type PoolKey, serializePoolKey } from './pool-key.js';

export interface Waiter {
  key: string;
  identity: PoolKey;
  /** Ends the wait, in the same turn: nobody else is given a connection for it. */
  resolve(connection: DatabaseConnection): void;
  reject(reason: unknown): void;
}

export interface BorrowQueueOptions {
  timeoutMillis: number;
  /** Says why nothing came in time. */
  timedOut: () => ProxyError;
}

export class BorrowQueue {
  readonly waits = new RecentDurations();
  /** How many waited, and in vain, since the start. */
  readonly counts = { waited: 0, timedOut: 0 };
  readonly #waiters = new Set<Waiter>();
  readonly #options: BorrowQueueOptions;

  constructor(options: BorrowQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#waiters.size;
  }

  /**
   * @param signal ends the wait, with the signal's reason
   * @param onWaiting called once it waits
   */
  wait(identity: PoolKey, signal: AbortSignal, onWaiting: () => void): Promise<DatabaseConnection> {
    this.counts.waited += 1;
    return new Promise((resolve, reject) => {
      const sinceMillis = performance.now();
      const leave = () => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.waits.add(performance.now() - sinceMillis);
      };
      const waiter: Waiter = {
        key: serializePoolKey(identity),
        identity,
        resolve(connection) {
          leave();
          resolve(connection);
        },
        reject(reason) {
          leave();
          reject(reason);
        },
      };
      const giveUp = () => waiter.reject(signal.reason);
      const timeOut = () => {
        this.counts.timedOut += 1;
        waiter.reject(this.#options.timedOut());
      };
      const timer = setTimeout(timeOut, this.#options.timeoutMillis);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiters.add(waiter);
      onWaiting();
      // At once: a timer, however short, may come after a connection that opens quickly.
      if (this.#options.timeoutMillis === 0) timeOut();
    });
  }

  /** Who has waited longest, of one identity. */
  firstOf(key: string): Waiter | undefined {
    for (const waiter of this.#waiters) if (waiter.key === key) return waiter;
    return undefined;
  }

  /** Who has waited longest and for whom no connection is being opened. @param opening how many are, by identity */
  firstUnserved(opening: ReadonlyMap<string, number>): Waiter | undefined {
    const coming = new Map(opening);
    for (const waiter of this.#waiters) {
      const left = coming.get(waiter.key) ?? 0;
      if (left === 0) return waiter;
      coming.set(waiter.key, left - 1);
    }
    return undefined;
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#waiters.values();
  }

  rejectAll(reason: ProxyError): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
