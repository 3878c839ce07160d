/** What the domain sees of PostgreSQL: statements on a user's behalf in, rows out, typed errors, and a count of what happened. */
import { createSecureContext } from 'node:tls';
import type { Pool, QueryResultRow } from 'pg';
import { type DatabaseActivity, noActivity } from './activity.js';
import { type Connection, type LendOptions, lendConnection } from './connection.js';
import { readIdentity, type UserIdentity } from './identity.js';
import { createPool, type PoolOptions } from './pool.js';
import { type Access, withRetries } from './retry.js';
import type { DatabaseSettings } from './settings.js';
import { type IsolationLevel, runTransaction, type Transaction } from './transaction.js';

export interface WithUserOptions {
  /** What may be repeated when a connection is lost. @default 'write' */
  access?: Access;
  /** @default 'read committed' */
  isolation?: IsolationLevel;
  /** When it aborts, the work ends with DatabaseTimeoutError and its connection is closed. Whether it took effect is not known. */
  signal?: AbortSignal | undefined;
}

export interface Database {
  /**
   * Runs `work` in a transaction in which row-level security sees this user, and only then. The user needs no mention in
   * the SQL: policies (migrations/) hide every other user's rows, and refuse to write them.
   *
   * Work that is one statement is one round trip: `withUser(caller, (transaction) => transaction.last(…))`.
   *
   * A lost connection is tried again once, on a new one, when nothing had been sent or `access` permits it; a deadlock or
   * a serialization failure a few times. `work` may therefore run more than once: it should do nothing but SQL, and must
   * not call withUser again, whose connection it holds.
   *
   * @throws InvalidIdentityError, StatementNotPermittedError, DatabaseError (errors.ts), and whatever `work` throws.
   */
  withUser<Result>(
    identity: UserIdentity,
    work: (transaction: Transaction) => Promise<Result>,
    options?: WithUserOptions,
  ): Promise<Result>;

  /**
   * Runs one statement as nobody, in a transaction of its own: of tables with row-level security it sees no row.
   *
   * @throws DatabaseError
   */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface PooledDatabase extends Database {
  readonly activity: Readonly<DatabaseActivity>;
  /**
   * Opens the first connection ahead of the first request: while Lambda starts an environment it gives it more CPU, and often
   * does so before there is a request. Never throws, and waits no longer than WARM_UP_MILLIS: a database that is down must not
   * keep the function from starting.
   */
  warmUp(): Promise<void>;
  /** Closes every connection. Lambda never calls it; tests and tools do. */
  end(): Promise<void>;
}

/** Many times what a connection takes, and a tenth of what Lambda gives an environment to start. */
const WARM_UP_MILLIS = 1_000;

/** The pool is made on first use: importing a handler opens nothing. */
export function createDatabase(settings: DatabaseSettings, options: PoolOptions): PooledDatabase {
  const { pipelining = true } = options;
  const activity = noActivity();
  let pool: Pool | undefined;

  const openPool = (): Pool => {
    const opened = createPool(settings, options);
    opened.on('connect', () => {
      activity.connectionsOpened += 1;
    });
    return opened;
  };
  const lend = <Result>(work: (connection: Connection) => Promise<Result>, lendOptions?: LendOptions) => {
    pool ??= openPool();
    return lendConnection(pool, activity, work, lendOptions);
  };

  return {
    activity,

    async withUser(identity, work, { access = 'write', isolation = 'read committed', signal } = {}) {
      const readOnly = access === 'readOnly';
      const transactionOptions = { identity: readIdentity(identity), isolation, readOnly, pipelining };
      return withRetries(
        access,
        (loan) =>
          lend((connection) => runTransaction(connection, activity, transactionOptions, work), { loan, signal }),
        {
          signal,
          onRetry: () => {
            activity.retries += 1;
          },
        },
      );
    },

    async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      activity.statements += 1;
      const { rows } = await lend((connection) => connection.send<Row>(text, values));
      activity.rows += rows.length;
      return rows;
    },

    async warmUp() {
      const signal = AbortSignal.timeout(WARM_UP_MILLIS);
      const opening = lend(async () => {}, { signal }).catch((error) => options.onIdleError(error));
      // Node.js reads the authorities it trusts for the first TLS connection: here, while the name is looked up.
      if (options.certificateAuthorities === undefined) createSecureContext();
      await opening;
    },

    async end() {
      await pool?.end();
      pool = undefined;
    },
  };
}
