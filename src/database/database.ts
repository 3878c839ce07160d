/** What the domain sees of PostgreSQL: statements in, rows out, typed errors, and a count of what happened. */
import type { Pool, QueryResultRow } from 'pg';
import { toDatabaseError } from './errors.js';
import { createPool, type PoolOptions } from './pool.js';
import type { DatabaseSettings } from './settings.js';

export interface Database {
  /**
   * Runs one statement in a transaction of its own, on a pooled connection.
   *
   * @param text One SQL statement with $1, $2, … for its values. Never named, so that RDS Proxy need not pin.
   * @throws DatabaseError, see errors.ts.
   */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Running totals of one Lambda environment. Differences between two readings tell what one invocation did. */
export interface DatabaseActivity {
  connectionsOpened: number;
  statements: number;
  rows: number;
  /** Waiting for a connection: nothing when it is reused; DNS, TCP, TLS, token and login when it is new. */
  connectMillis: number;
  queryMillis: number;
}

export interface PooledDatabase extends Database {
  readonly activity: Readonly<DatabaseActivity>;
  /** Closes every connection. Lambda never calls it; tests and tools do. */
  end(): Promise<void>;
}

/** The pool is made on first use: importing a handler opens nothing. */
export function createDatabase(settings: DatabaseSettings, options: PoolOptions): PooledDatabase {
  const activity: DatabaseActivity = { connectionsOpened: 0, statements: 0, rows: 0, connectMillis: 0, queryMillis: 0 };
  let pool: Pool | undefined;

  const openPool = (): Pool => {
    const opened = createPool(settings, options);
    opened.on('connect', () => {
      activity.connectionsOpened += 1;
    });
    return opened;
  };

  return {
    activity,

    async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      pool ??= openPool();
      try {
        if (pool.idleCount > 0) await pendingInput();
        const connectStart = performance.now();
        const client = await pool.connect().finally(() => {
          activity.connectMillis += performance.now() - connectStart;
        });

        const queryStart = performance.now();
        let failure: unknown;
        // A client that is checked out reports a lost connection here as well; unheard, it would end the process.
        const onClientError = (error: Error) => {
          failure = error;
        };
        client.on('error', onClientError);
        try {
          activity.statements += 1;
          const result = await client.query<Row>(text, [...values]);
          activity.rows += result.rows.length;
          return result.rows;
        } catch (error) {
          failure = error;
          throw error;
        } finally {
          activity.queryMillis += performance.now() - queryStart;
          client.off('error', onClientError);
          client.release(isWorthKeeping(failure) ? undefined : true);
        }
      } catch (error) {
        throw toDatabaseError(error);
      }
    },

    async end() {
      await pool?.end();
      pool = undefined;
    },
  };
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

/**
 * A refused statement leaves the connection clean. After anything else, a client-side timeout above all, the connection
 * may still be busy with the old statement and must not serve the next caller.
 */
function isWorthKeeping(failure: unknown): boolean {
  if (failure === undefined) return true;
  const severity = (failure as { severity?: unknown }).severity;
  return severity === 'ERROR';
}
