/** Checks out the pool's connections and takes them back: each is returned clean or closed, whatever its user does. */
import type { Pool, PoolClient } from 'pg';
import type { DatabaseActivity } from './activity.js';
import { Batch, type BatchResponse, type BoundStatement, destroyConnection, isIdle } from './batch.js';
import { monotonicMillis } from './clock.js';
import { type DatabaseError, DatabaseTimeoutError, DatabaseUnavailableError, toDatabaseError } from './errors.js';
import type { Attempt } from './retry.js';

/** A connection while it is checked out. */
export interface Connection {
  /** False once a response is missing: it was lost, timed out, or taken back. */
  readonly isUsable: boolean;
  /** Never rejects; the error is a DatabaseError. The next batch may be sent at once. */
  send(statements: readonly BoundStatement[]): Promise<BatchResponse>;
}

/**
 * @param callback When the connection is lost or the signal aborts, its result is not waited for: work that never ends keeps
 *   no connection that PostgreSQL has closed.
 * @throws DatabaseError, and whatever `callback` throws.
 */
export async function withConnection<Result>(
  pool: Pool,
  activity: DatabaseActivity,
  attempt: Attempt,
  signal: AbortSignal | undefined,
  callback: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const interruption = new Interruption(signal, attempt);
  try {
    const client = await checkOut(pool, activity, interruption);
    const startedAt = monotonicMillis();
    const connection = new CheckedOutConnection(client, interruption);
    client.on('error', interruption.lose);
    try {
      return await interruption.race(callback(connection));
    } finally {
      activity.queryMillis += monotonicMillis() - startedAt;
      const isClean = connection.takeBack();
      if (!isClean) destroyConnection(client);
      client.release(!isClean);
      client.off('error', interruption.lose);
    }
  } finally {
    interruption.stop();
  }
}

/** Opens a connection ahead of its use. @throws DatabaseError */
export function openConnection(pool: Pool, activity: DatabaseActivity, signal: AbortSignal): Promise<void> {
  return withConnection(pool, activity, { outcome: 'nothing sent', failure: undefined }, signal, async () => {});
}

async function checkOut(pool: Pool, activity: DatabaseActivity, interruption: Interruption): Promise<PoolClient> {
  const startedAt = monotonicMillis();
  try {
    if (pool.idleCount > 0) await pendingInput();
    const connecting = pool.connect();
    return await interruption.race(connecting).catch((error: unknown) => {
      // It might still arrive, and then nothing waits for it.
      connecting.then(
        (client) => client.release(),
        () => {},
      );
      interruption.end(error);
      throw toDatabaseError(error);
    });
  } finally {
    activity.connectMillis += monotonicMillis() - startedAt;
  }
}

class CheckedOutConnection implements Connection {
  readonly #client: PoolClient;
  readonly #interruption: Interruption;
  #pendingResponses = 0;
  #isTakenBack = false;
  #isLost = false;

  constructor(client: PoolClient, interruption: Interruption) {
    this.#client = client;
    this.#interruption = interruption;
  }

  get isUsable(): boolean {
    return !this.#isTakenBack && !this.#isLost && this.#interruption.reason === undefined;
  }

  async send(statements: readonly BoundStatement[]): Promise<BatchResponse> {
    if (!this.isUsable) {
      const error =
        this.#interruption.reason ?? new DatabaseUnavailableError('The connection was lost or taken back.', undefined);
      return { results: [], isComplete: false, error };
    }
    this.#pendingResponses += 1;
    const response = await new Promise<BatchResponse>((resolve) => {
      this.#client.query(new Batch(statements, resolve));
    });
    this.#pendingResponses -= 1;
    const { results, isComplete, error } = response;
    if (error === undefined) return response;
    const databaseError = toDatabaseError(error);
    // Only ReadyForQuery was missing: the connection was lost before it.
    this.#isLost = isComplete;
    // After an ERROR, and after a row that cannot be read, the session goes on. After anything else it might be busy.
    const goesOn = (error as { severity?: unknown }).severity === 'ERROR' || results.length === statements.length;
    if (!goesOn) this.#interruption.end(databaseError);
    return { results, isComplete, error: databaseError };
  }

  /** @returns whether the next caller can have it: it is usable, nothing is under way, and no transaction is open. */
  takeBack(): boolean {
    const isClean = this.isUsable && this.#pendingResponses === 0 && isIdle(this.#client);
    this.#isTakenBack = true;
    return isClean;
  }
}

/**
 * Reading the end of a connection, closing its TLS layer and closing its socket each take a turn of the event loop; the pool
 * receives the event after the last.
 */
const TURNS_TO_CLOSE = 3;

/**
 * Lets the event loop read what has arrived. After a thaw the end of an idle connection waits in its socket beside the event
 * that woke the process; read first, it makes the pool open a new connection instead of handing out a dead one.
 */
async function pendingInput(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_CLOSE; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What ends the use of a connection early: the deadline, or its loss. The first counts. */
class Interruption {
  readonly #signal: AbortSignal | undefined;
  readonly #attempt: Attempt;
  #reject: (error: Error) => void = () => {};
  readonly #happening = new Promise<never>((_resolve, reject) => {
    this.#reject = reject;
  });
  /** Undefined until it happens. */
  reason: DatabaseError | undefined;

  constructor(signal: AbortSignal | undefined, attempt: Attempt) {
    this.#signal = signal;
    this.#attempt = attempt;
    // The race receives it; an unhandled rejection would end the process.
    this.#happening.catch(() => {});
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onAbort = () =>
    this.end(new DatabaseTimeoutError('The request had no time left for the database.', this.#signal?.reason));

  readonly end = (error: unknown): void => {
    this.#reject(this.#begin(error));
  };

  /** As `end`, after the responses that arrived with the loss: the one to COMMIT can be among them. */
  readonly lose = (error: unknown): void => {
    const reason = this.#begin(error);
    setImmediate(() => this.#reject(reason));
  };

  #begin(error: unknown): DatabaseError {
    this.reason ??= toDatabaseError(error);
    this.#attempt.failure ??= this.reason;
    return this.reason;
  }

  race<Value>(promise: Promise<Value>): Promise<Value> {
    return Promise.race([promise, this.#happening]);
  }

  stop(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
