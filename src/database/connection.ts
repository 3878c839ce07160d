/** Lends the pool's connections: each goes back clean or is closed, whatever its borrower throws and whenever it must end. */
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { DatabaseActivity } from './activity.js';
import { monotonicMillis } from './clock.js';
import { DatabaseTimeoutError, toDatabaseError } from './errors.js';

/** A connection while it is lent. */
export interface Connection {
  /** Sends one statement at once, without waiting for those before it. Their answers come in the same order. */
  send<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
  /** Several sends in the callback leave in one write. */
  together<Sent>(sends: () => Sent): Sent;
}

export interface Loan {
  /** Whether a statement may have reached the database. Before that, the work can be repeated on another connection. */
  sent: boolean;
}

export interface LendOptions {
  /** Is told when the first statement leaves. */
  loan?: Loan;
  /** When it aborts, the work's statements fail and its result is not waited for. */
  signal?: AbortSignal | undefined;
}

/**
 * @param work Must not keep the connection.
 * @throws DatabaseError, and whatever `work` throws.
 */
export async function lendConnection<Result>(
  pool: Pool,
  activity: DatabaseActivity,
  work: (connection: Connection) => Promise<Result>,
  { loan = { sent: false }, signal }: LendOptions = {},
): Promise<Result> {
  const deadline = watchDeadline(signal);
  try {
    const client = await checkOut(pool, activity, deadline);
    const startedAt = monotonicMillis();
    const { stream } = client.connection;
    let isLost = false;
    // A client that is checked out reports a lost connection here as well; unheard, it would end the process.
    const onLost = () => {
      isLost = true;
    };
    client.on('error', onLost);
    try {
      return await deadline.race(work(connectionOf(client, loan, onLost)));
    } finally {
      activity.queryMillis += monotonicMillis() - startedAt;
      // Not in a transaction and nothing under way: anything else could reach the next borrower.
      const isClean = !(isLost || stream.destroyed || deadline.hasPassed()) && client.getTransactionStatus() === 'I';
      // Not client.end() alone: it would wait for what is under way.
      if (!isClean) stream.destroy();
      client.release(!isClean);
      client.off('error', onLost);
    }
  } finally {
    deadline.forget();
  }
}

async function checkOut(pool: Pool, activity: DatabaseActivity, deadline: Deadline): Promise<PoolClient> {
  const startedAt = monotonicMillis();
  try {
    if (pool.idleCount > 0) await pendingInput();
    const connecting = pool.connect();
    return await deadline.race(connecting, () => {
      // It may still arrive, and then nobody waits for it.
      connecting.then(
        (client) => client.release(),
        () => {},
      );
    });
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    activity.connectMillis += monotonicMillis() - startedAt;
  }
}

function connectionOf(client: PoolClient, loan: Loan, onLost: () => void): Connection {
  return {
    async send<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) {
      loan.sent = true;
      try {
        // The extended protocol even without values: it takes one statement only.
        return await client.query<Row>({ text, values: [...values], queryMode: 'extended' } as Statement);
      } catch (error) {
        if (!isRefusal(error)) onLost();
        throw toDatabaseError(error);
      }
    },

    together(sends) {
      const { stream } = client.connection;
      stream.cork();
      try {
        return sends();
      } finally {
        stream.uncork();
      }
    },
  };
}

/** A refused statement leaves the connection usable. Anything else, a time-out above all, may leave it busy. */
function isRefusal(error: unknown): boolean {
  return (error as { severity?: unknown }).severity === 'ERROR';
}

/** `queryMode` is missing from the types. @see https://node-postgres.com/apis/client#queryconfig */
interface Statement {
  text: string;
  values: unknown[];
  queryMode: 'extended';
}

/**
 * Reading the end of a connection, closing its TLS layer and closing its socket each take a turn of the event loop; the pool
 * hears of it after the last.
 */
const TURNS_TO_CLOSE = 3;

/**
 * Lets the event loop read what has arrived. After a thaw the news that the idle connection was closed waits in its socket
 * beside the event that woke us; read first, it makes the pool open a new connection instead of handing out a dead one.
 */
async function pendingInput(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_CLOSE; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Deadline {
  hasPassed(): boolean;
  /** The promise, or DatabaseTimeoutError when the deadline passes first. */
  race<Value>(promise: Promise<Value>, onPassed?: () => void): Promise<Value>;
  forget(): void;
}

function watchDeadline(signal: AbortSignal | undefined): Deadline {
  if (signal === undefined) return { hasPassed: () => false, race: (promise) => promise, forget: () => {} };
  let onAbort = () => {};
  const passed = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new DatabaseTimeoutError('The request had no time left for the database.', signal.reason));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  // Whoever races hears of it; unheard, it would end the process.
  passed.catch(() => {});
  return {
    hasPassed: () => signal.aborted,
    async race(promise, onPassed) {
      try {
        return await Promise.race([promise, passed]);
      } catch (error) {
        if (signal.aborted) {
          promise.catch(() => {});
          onPassed?.();
        }
        throw error;
      }
    },
    forget: () => signal.removeEventListener('abort', onAbort),
  };
}
