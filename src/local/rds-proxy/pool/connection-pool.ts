/**
 * Owns the database connections of the proxy: how many there are, who waits for one, and which are idle. Connections
 * are shared by clients of the same identity; the limit is for all identities together.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { borrowTimedOut, type Refusal } from '../refusal.js';
import { Durations } from '../statistics/durations.js';
import { DatabaseConnection } from './database-connection.js';
import { NotNow } from './greeting.js';
import { openDatabaseSession } from './open-database-connection.js';
import { identityKey, type SessionIdentity } from './session-identity.js';
import { allowedDatabaseConnections, allowedIdleConnections, type PoolSettings } from './settings.js';

interface Waiter {
  key: string;
  identity: SessionIdentity;
  resolve(connection: DatabaseConnection): void;
  reject(reason: unknown): void;
}

/** Figures of CloudWatch's kind, at one moment. */
export interface PoolStatistics {
  /** MaxDatabaseConnectionsAllowed. */
  allowed: number;
  /** DatabaseConnections: open or being opened. */
  open: number;
  /** DatabaseConnectionsCurrentlyBorrowed. */
  borrowed: number;
  idle: number;
  /** Clients that wait for a connection now. */
  waiting: number;
  /** DatabaseConnectionRequests: how often a client asked for a connection, since the start. */
  requests: number;
  /** How many of the requests had to wait. */
  waited: number;
  /** How many of those waited in vain. */
  timedOut: number;
  /** DatabaseConnectionsBorrowLatency, of the requests that had to wait lately. */
  waitMillis: { p50: number; max: number };
  /** DatabaseConnectionsSetupSucceeded, since the start. */
  opened: number;
}

const RETRY_MILLIS = 25;

export class ConnectionPool {
  readonly #socketPath: string;
  readonly #settings: PoolSettings;
  readonly #connections = new Set<DatabaseConnection>();
  /** By identity; the one used last is at the end, and is used next. */
  readonly #idle = new Map<string, DatabaseConnection[]>();
  readonly #opening = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();
  readonly #greetings = new Map<string, Buffer>();
  readonly #waits = new Durations();
  readonly #stopped = new AbortController();
  #isExhausted = false;
  #awayUntilMillis = 0;
  #lastProblem = '';
  #counts = { requests: 0, waited: 0, timedOut: 0, opened: 0 };

  constructor(socketPath: string, settings: PoolSettings) {
    this.#socketPath = socketPath;
    this.#settings = settings;
    // One for each connection that is being opened.
    setMaxListeners(0, this.#stopped.signal);
  }

  /**
   * What PostgreSQL says of itself to a new client of this identity. Borrows a connection when it was never asked.
   * @throws Refusal as `borrow`
   */
  async greeting(identity: SessionIdentity, signal: AbortSignal): Promise<Buffer> {
    const key = identityKey(identity);
    if (!this.#greetings.has(key)) this.giveBack(await this.borrow(identity, signal));
    return this.#greetings.get(key) ?? Buffer.alloc(0);
  }

  /** An idle connection, if there is one. Saves the turn of the event loop that a promise takes. */
  borrowIdle(identity: SessionIdentity): DatabaseConnection | undefined {
    if (this.#isExhausted) return undefined;
    const connection = this.#takeIdle(identityKey(identity));
    if (connection !== undefined) this.#counts.requests += 1;
    return connection;
  }

  /**
   * Waits for a connection, in turn.
   * @param signal ends the wait, with the signal's reason
   * @throws Refusal when none came free in time, or with PostgreSQL's own error when it refuses the user or database
   */
  async borrow(identity: SessionIdentity, signal: AbortSignal): Promise<DatabaseConnection> {
    signal.throwIfAborted();
    const idle = this.borrowIdle(identity);
    if (idle !== undefined) return idle;
    this.#counts.requests += 1;
    this.#counts.waited += 1;
    return new Promise((resolve, reject) => this.#enqueue(identity, signal, resolve, reject));
  }

  /** Of a connection with no transaction, no statement and no session state of its borrower. */
  giveBack(connection: DatabaseConnection): void {
    connection.takeBack();
    if (!connection.isUsable) return;
    if (!this.#isExhausted && this.#waiters.size > 0) {
      const next = this.#firstUnserved();
      if (next !== undefined && next.key !== connection.key) {
        // Whoever waits longest is of another identity: room for a connection of theirs.
        connection.close();
        return;
      }
      const waiter = next ?? this.#firstOf(connection.key);
      if (waiter !== undefined) {
        waiter.resolve(connection);
        return;
      }
    }
    const idle = this.#idle.get(connection.key);
    if (idle === undefined) this.#idle.set(connection.key, [connection]);
    else idle.push(connection);
  }

  /** Closes idle connections that are too many, too long idle, or too old. Called every now and then. */
  sweep(): void {
    const now = performance.now();
    const idle = [...this.#idle.values()].flat().sort((left, right) => left.idleSinceMillis - right.idleSinceMillis);
    let tooMany = idle.length - allowedIdleConnections(this.#settings);
    for (const connection of idle) {
      const isTooOld =
        now - connection.idleSinceMillis > this.#settings.idleDatabaseConnectionSeconds * 1000 ||
        now - connection.openedAtMillis > this.#settings.databaseConnectionLifeSeconds * 1000;
      if (isTooOld || tooMany > 0) this.#closeIdle(connection);
      tooMany -= 1;
    }
  }

  /** Breaks off every connection; new ones are opened once the pause is over. @returns how many were open */
  failOver(pauseMillis: number): number {
    this.#awayUntilMillis = performance.now() + pauseMillis;
    this.#greetings.clear();
    for (const connection of this.#connections) connection.breakOff();
    return this.#connections.size;
  }

  /** While on, nobody gets a connection: as if others held them all. */
  exhaust(on: boolean): void {
    this.#isExhausted = on;
    if (!on) this.#handOutIdle();
  }

  statistics(): PoolStatistics {
    const idle = [...this.#idle.values()].reduce((count, { length }) => count + length, 0);
    const { p50, max } = this.#waits.summary();
    return {
      allowed: allowedDatabaseConnections(this.#settings),
      open: this.#total,
      borrowed: [...this.#connections].filter(({ isLent }) => isLent).length,
      idle,
      waiting: this.#waiters.size,
      ...this.#counts,
      waitMillis: { p50, max },
    };
  }

  /** Ends every connection, and every wait. @param reason what those who wait are told */
  async stop(reason: Refusal): Promise<void> {
    this.#stopped.abort(reason);
    for (const waiter of this.#waiters) waiter.reject(reason);
    const connections = [...this.#connections];
    for (const connection of connections) connection.breakOff();
    await Promise.all(connections.map(({ closed }) => closed));
  }

  #enqueue(
    identity: SessionIdentity,
    signal: AbortSignal,
    resolve: (connection: DatabaseConnection) => void,
    reject: (reason: unknown) => void,
  ): void {
    const sinceMillis = performance.now();
    // Leaves the queue in the same turn in which the wait ends, or a connection could be handed to nobody.
    const leave = () => {
      this.#waiters.delete(waiter);
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      this.#waits.add(performance.now() - sinceMillis);
    };
    const waiter: Waiter = {
      key: identityKey(identity),
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
      this.#counts.timedOut += 1;
      waiter.reject(this.#timedOut());
    };
    const timeoutMillis = this.#settings.connectionBorrowTimeoutSeconds * 1000;
    const timer = setTimeout(timeOut, timeoutMillis);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiters.add(waiter);
    this.#serve();
    // At once: a timer, however short, may come after a connection that opens quickly.
    if (timeoutMillis === 0) timeOut();
  }

  get #total(): number {
    return this.#connections.size + [...this.#opening.values()].reduce((sum, count) => sum + count, 0);
  }

  #takeIdle(key: string): DatabaseConnection | undefined {
    const idle = this.#idle.get(key);
    for (let connection = idle?.pop(); connection !== undefined; connection = idle?.pop()) {
      if (connection.isUsable) return connection;
    }
    return undefined;
  }

  #closeIdle(connection: DatabaseConnection): void {
    const idle = this.#idle.get(connection.key);
    idle?.splice(idle.indexOf(connection), 1);
    connection.close();
  }

  /** In turn, the first waiter for whom no connection is being opened. */
  #firstUnserved(): Waiter | undefined {
    const opening = new Map(this.#opening);
    for (const waiter of this.#waiters) {
      const coming = opening.get(waiter.key) ?? 0;
      if (coming === 0) return waiter;
      opening.set(waiter.key, coming - 1);
    }
    return undefined;
  }

  #firstOf(key: string): Waiter | undefined {
    for (const waiter of this.#waiters) if (waiter.key === key) return waiter;
    return undefined;
  }

  /** Opens connections for those who wait, as far as the limit allows. */
  #serve(): void {
    if (this.#isExhausted || this.#stopped.signal.aborted) return;
    for (let waiter = this.#firstUnserved(); waiter !== undefined; waiter = this.#firstUnserved()) {
      if (this.#total >= allowedDatabaseConnections(this.#settings)) {
        const oldest = [...this.#idle.values()].flatMap(([first]) => first ?? [])[0];
        if (oldest !== undefined) this.#closeIdle(oldest);
        return;
      }
      void this.#open(waiter);
    }
  }

  #handOutIdle(): void {
    for (const waiter of this.#waiters) {
      const connection = this.#takeIdle(waiter.key);
      if (connection !== undefined) waiter.resolve(connection);
    }
    this.#serve();
  }

  /** Opens a connection for whoever of this identity comes first, and while the database is away tries again. */
  async #open({ key, identity }: Waiter): Promise<void> {
    this.#opening.set(key, (this.#opening.get(key) ?? 0) + 1);
    let connection: DatabaseConnection | undefined;
    let refusal: unknown;
    try {
      connection = await this.#openWhenBack(key, identity);
    } catch (error) {
      refusal = error;
    }
    this.#opening.set(key, (this.#opening.get(key) ?? 1) - 1);
    if (connection !== undefined) this.giveBack(connection);
    else if (refusal !== undefined) this.#firstOf(key)?.reject(refusal);
    this.#serve();
  }

  async #openWhenBack(key: string, identity: SessionIdentity): Promise<DatabaseConnection | undefined> {
    const { signal } = this.#stopped;
    for (;;) {
      try {
        if (performance.now() < this.#awayUntilMillis) throw new NotNow('the database fails over');
        const opened = await openDatabaseSession(this.#socketPath, identity, signal);
        this.#greetings.set(key, opened.greeting);
        this.#counts.opened += 1;
        const connection = new DatabaseConnection(opened, this.#socketPath, key, (closed) => this.#onClosed(closed));
        this.#connections.add(connection);
        return connection;
      } catch (error) {
        if (!(error instanceof NotNow)) throw error;
        this.#lastProblem = error.message;
      }
      if (this.#firstOf(key) === undefined) return undefined;
      await delay(RETRY_MILLIS, undefined, { signal });
    }
  }

  #onClosed(connection: DatabaseConnection): void {
    this.#connections.delete(connection);
    const idle = this.#idle.get(connection.key);
    const at = idle?.indexOf(connection) ?? -1;
    if (at >= 0) idle?.splice(at, 1);
    this.#serve();
  }

  #timedOut(): Refusal {
    const seconds = this.#settings.connectionBorrowTimeoutSeconds;
    const { allowed, borrowed } = this.statistics();
    const problem = this.#lastProblem === '' ? '' : ` Last problem with the database: ${this.#lastProblem}.`;
    return borrowTimedOut(
      `no database connection came free within ${seconds} s: ${borrowed} of ${allowed} are in use.${problem}`,
    );
  }
}
