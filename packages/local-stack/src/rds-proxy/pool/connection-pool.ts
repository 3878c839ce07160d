/**
 * Manages the database connections of the proxy: checks them out, takes them back, and opens more as far as the limit
 * allows. Connections are shared by clients of the same identity; the limit is for all identities together.
 */
import { borrowTimedOut, type ProxyError } from '../proxy-error.js';
import { BorrowQueue, type Waiter } from './borrow-queue.js';
import { ConnectionOpener } from './connection-opener.js';
import { DatabaseConnection } from './database-connection.js';
import { IdleConnections } from './idle-connections.js';
import { type PoolKey, serializePoolKey } from './pool-key.js';
import type { PoolStatistics } from './pool-statistics.js';
import { allowedDatabaseConnections, type PoolSettings } from './settings.js';

export class ConnectionPool {
  readonly #socketPath: string;
  readonly #settings: PoolSettings;
  readonly #connections = new Set<DatabaseConnection>();
  readonly #idle = new IdleConnections();
  readonly #queue: BorrowQueue;
  readonly #opener: ConnectionOpener;
  #isExhausted = false;
  #requests = 0;

  constructor(socketPath: string, settings: PoolSettings) {
    this.#socketPath = socketPath;
    this.#settings = settings;
    this.#opener = new ConnectionOpener(socketPath);
    this.#queue = new BorrowQueue({
      timeoutMillis: settings.connectionBorrowTimeoutSeconds * 1000,
      timedOut: () => this.#timedOut(),
    });
  }

  /**
   * What PostgreSQL says of itself to a new client of this identity. Borrows a connection when it was never asked.
   * @throws ProxyError as `borrow`
   */
  async startupParameters(identity: PoolKey, signal: AbortSignal): Promise<Buffer> {
    if (this.#opener.parametersOf(identity) === undefined) this.returnConnection(await this.borrow(identity, signal));
    return this.#opener.parametersOf(identity) ?? Buffer.alloc(0);
  }

  /** An idle connection, if there is one. Saves the turn of the event loop that a promise takes. */
  borrowIdle(identity: PoolKey): DatabaseConnection | undefined {
    if (this.#isExhausted) return undefined;
    const connection = this.#idle.take(serializePoolKey(identity));
    if (connection !== undefined) this.#requests += 1;
    return connection;
  }

  /**
   * Waits for a connection, in turn.
   * @param signal ends the wait, with the signal's reason
   * @throws ProxyError when none came free in time, or with PostgreSQL's own error when it refuses the user or database
   */
  async borrow(identity: PoolKey, signal: AbortSignal): Promise<DatabaseConnection> {
    signal.throwIfAborted();
    const idle = this.borrowIdle(identity);
    if (idle !== undefined) return idle;
    this.#requests += 1;
    return this.#queue.wait(identity, signal, () => this.#serve());
  }

  /** Of a connection with no transaction, no statement and no session state of its borrower. */
  returnConnection(connection: DatabaseConnection): void {
    connection.takeBack();
    if (!connection.isUsable) return;
    if (this.#isExhausted || this.#queue.length === 0) {
      this.#idle.add(connection);
      return;
    }
    const next = this.#queue.firstUnserved(this.#opener.opening);
    if (next !== undefined && next.key !== connection.key) {
      // The session that waits longest is of another identity: room for a connection of theirs.
      connection.close();
      return;
    }
    const waiter = next ?? this.#queue.firstOf(connection.key);
    if (waiter === undefined) this.#idle.add(connection);
    else waiter.resolve(connection);
  }

  /** Closes idle connections that are too many, too long idle, or too old. Called every now and then. */
  sweep(): void {
    this.#idle.sweep(this.#settings);
  }

  /** Breaks off every connection; new ones are opened once the pause is over. @returns how many were open */
  failOver(pauseMillis: number): number {
    this.#opener.failOver(pauseMillis);
    for (const connection of this.#connections) connection.breakOff();
    return this.#connections.size;
  }

  /** While on, nobody gets a connection: as if others held them all. */
  exhaust(on: boolean): void {
    this.#isExhausted = on;
    if (!on) this.#handOutIdle();
  }

  statistics(): PoolStatistics {
    return {
      allowed: allowedDatabaseConnections(this.#settings),
      open: this.#total,
      borrowed: [...this.#connections].filter(({ isLent }) => isLent).length,
      idle: this.#idle.count,
      waiting: this.#queue.length,
      requests: this.#requests,
      ...this.#queue.counts,
      opened: this.#opener.opened,
      waitMillis: this.#queue.waits.summary(),
    };
  }

  /** Ends every connection, and every wait. @param reason what the waiting sessions receive */
  async stop(reason: ProxyError): Promise<void> {
    this.#opener.stop(reason);
    this.#queue.rejectAll(reason);
    const connections = [...this.#connections];
    for (const connection of connections) connection.breakOff();
    await Promise.all(connections.map(({ closed }) => closed));
  }

  get #total(): number {
    return this.#connections.size + this.#opener.openingCount;
  }

  /** Opens connections for those who wait, as far as the limit allows. */
  #serve(): void {
    if (this.#isExhausted || this.#opener.isStopped) return;
    const next = () => this.#queue.firstUnserved(this.#opener.opening);
    for (let waiter = next(); waiter !== undefined; waiter = next()) {
      if (this.#total >= allowedDatabaseConnections(this.#settings)) {
        this.#idle.closeOne();
        return;
      }
      void this.#open(waiter);
    }
  }

  #handOutIdle(): void {
    for (const waiter of this.#queue) {
      const connection = this.#idle.take(waiter.key);
      if (connection !== undefined) waiter.resolve(connection);
    }
    this.#serve();
  }

  /** Opens a connection for the first session of this identity that asks. */
  async #open({ key, identity }: Waiter): Promise<void> {
    let opened: DatabaseConnection | undefined;
    try {
      await this.#opener.open(identity, {
        isWanted: () => this.#queue.firstOf(key) !== undefined,
        onOpen: (session) => {
          opened = new DatabaseConnection(session, this.#socketPath, key, (closed) => this.#onClosed(closed));
          this.#connections.add(opened);
        },
      });
    } catch (error) {
      this.#queue.firstOf(key)?.reject(error);
    }
    if (opened !== undefined) this.returnConnection(opened);
    this.#serve();
  }

  #onClosed(connection: DatabaseConnection): void {
    this.#connections.delete(connection);
    this.#idle.remove(connection);
    this.#serve();
  }

  #timedOut(): ProxyError {
    const seconds = this.#settings.connectionBorrowTimeoutSeconds;
    const { allowed, borrowed } = this.statistics();
    const { lastProblem } = this.#opener;
    const problem = lastProblem === '' ? '' : ` Last problem with the database: ${lastProblem}.`;
    return borrowTimedOut(
      `no database connection came free within ${seconds} s: ${borrowed} of ${allowed} are in use.${problem}`,
    );
  }
}
