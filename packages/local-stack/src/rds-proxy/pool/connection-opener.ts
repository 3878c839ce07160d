/** Opens database connections, again and again while the database is away, and what PostgreSQL greets with. */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProxyError } from '../proxy-error.js';
import { type OpenedSession, openDatabaseSession } from './open-database-connection.js';
import { type PoolKey, serializePoolKey } from './pool-key.js';
import { TransientError } from './startup-response.js';

const RETRY_MILLIS = 25;

export interface OpenOptions {
  /** Whether to try again. */
  isWanted: () => boolean;
  /** Called while it still counts as being opened, so that it is never left out of the count. */
  onOpen: (session: OpenedSession) => void;
}

export class ConnectionOpener {
  /** How many are being opened, by identity. */
  readonly opening = new Map<string, number>();
  /** How many were opened since the start. */
  opened = 0;
  /** Why the database could not serve, the last time that it could not; empty when it always could. */
  lastProblem = '';
  readonly #socketPath: string;
  readonly #parameters = new Map<string, Buffer>();
  readonly #stopped = new AbortController();
  #awayUntilMillis = 0;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    // One for each connection that is being opened.
    setMaxListeners(0, this.#stopped.signal);
  }

  get isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  get openingCount(): number {
    let sum = 0;
    for (const count of this.opening.values()) sum += count;
    return sum;
  }

  /** Nothing until a connection of this identity was opened, and after a failover. */
  parametersOf(identity: PoolKey): Buffer | undefined {
    return this.#parameters.get(serializePoolKey(identity));
  }

  /** Behaves as if the database were away. */
  failOver(pauseMillis: number): void {
    this.#awayUntilMillis = performance.now() + pauseMillis;
    this.#parameters.clear();
  }

  /** Ends every attempt. */
  stop(reason: ProxyError): void {
    this.#stopped.abort(reason);
  }

  /**
   * Tries until it is open, or nobody wants it any more.
   * @throws ProxyError with PostgreSQL's own error, or the reason for which all was stopped
   */
  async open(identity: PoolKey, { isWanted, onOpen }: OpenOptions): Promise<void> {
    const key = serializePoolKey(identity);
    this.opening.set(key, (this.opening.get(key) ?? 0) + 1);
    try {
      const session = await this.#openWhenBack(identity, isWanted);
      if (session !== undefined) onOpen(session);
    } finally {
      this.opening.set(key, (this.opening.get(key) ?? 1) - 1);
    }
  }

  async #openWhenBack(identity: PoolKey, isWanted: () => boolean): Promise<OpenedSession | undefined> {
    const { signal } = this.#stopped;
    for (;;) {
      try {
        if (performance.now() < this.#awayUntilMillis) throw new TransientError('the database fails over');
        const session = await openDatabaseSession(this.#socketPath, identity, signal);
        this.#parameters.set(serializePoolKey(identity), session.parameters);
        this.opened += 1;
        return session;
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        this.lastProblem = error.message;
      }
      if (!isWanted()) return undefined;
      await delay(RETRY_MILLIS, undefined, { signal });
    }
  }
}
