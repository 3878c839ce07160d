/** Runs SQL for the domain: statements and transactions as a user, typed errors, and a count of what happened. */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { createSecureContext } from 'node:tls';
import type { Pool, QueryResultRow } from 'pg';
import { type DatabaseActivity, noActivity } from './activity.js';
import type { CompiledStatement, RowOf, Statement } from './compiled-statement.js';
import { openConnection, withConnection } from './connection.js';
import { iamTokenSigner } from './iam-token.js';
import { readIdentity, type UserIdentity } from './identity.js';
import { lookFromInside } from './look/look.js';
import { rememberLook } from './look/registry.js';
import { createPool, type PoolOptions } from './pool.js';
import { type RetryPolicy, withRetries } from './retry.js';
import type { ConnectionSettings } from './settings.js';
import {
  type IsolationLevel,
  openingOf,
  prepareStatement,
  runStatement,
  runTransaction,
  type Transaction,
} from './transaction.js';

/** The signed-in user as whom SQL runs, and how long. */
export interface DatabaseCaller extends UserIdentity {
  /** When it aborts, the call ends with DatabaseTimeoutError and its connection is closed. @default - no deadline */
  readonly signal?: AbortSignal | undefined;
}

export interface QueryOptions {
  /** What a second run would do, and so whether there is one after a connection is lost. @default 'never' */
  retry?: RetryPolicy;
  /** @default 'read committed' */
  isolation?: IsolationLevel;
}

export interface Database {
  /**
   * Runs one statement as this user, in a transaction of its own and one round trip. Row-level security hides every other
   * user's rows, and rejects writes to them: the SQL does not name the user.
   *
   * @param text One SQL statement with $1, $2, … for its values.
   * @throws InvalidIdentityError, StatementNotPermittedError, DatabaseError (errors.ts), NestedTransactionError
   */
  query<Row extends QueryResultRow>(
    caller: DatabaseCaller,
    text: string,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<Row[]>;
  /** As above, with what a query builder compiled: Kysely's `compile()`, Drizzle's `toSQL()`. */
  query<Query extends CompiledStatement>(
    caller: DatabaseCaller,
    query: Query,
    options?: QueryOptions,
  ): Promise<RowOf<Query>[]>;
  query<Row extends QueryResultRow>(
    caller: DatabaseCaller,
    query: CompiledStatement,
    options?: QueryOptions,
  ): Promise<Row[]>;

  /**
   * Runs several statements as this user: all of them, or none. The callback can run more than once: after a connection is
   * lost before COMMIT, a deadlock or a serialization failure. It should do nothing but SQL, and await every query.
   *
   * @returns what `callback` returns, after COMMIT.
   * @throws as `query`, and what `callback` throws, after ROLLBACK; CommittedError when it throws after the commit.
   */
  transaction<Result>(
    caller: DatabaseCaller,
    callback: (transaction: Transaction) => Promise<Result>,
    options?: QueryOptions,
  ): Promise<Result>;

  /** Runs one statement without a user: of tables with row-level security it sees no row. @throws as `query` */
  queryAsNobody<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  queryAsNobody<Query extends CompiledStatement>(query: Query): Promise<RowOf<Query>[]>;
  queryAsNobody<Row extends QueryResultRow>(query: CompiledStatement): Promise<Row[]>;
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

/** The pool has one connection, and the transaction around this call has it. A bug in the callback. */
export class NestedTransactionError extends Error {
  override readonly name = 'NestedTransactionError';

  constructor(method: keyof Database) {
    super(
      `database.${method} was called in the callback of database.transaction, which holds the only connection: it would wait ` +
        "for itself. Call the transaction's own query, or call this after the transaction.",
    );
  }
}

const AS_NOBODY = openingOf('nobody', 'read committed', false);

/** Many times what a connection takes, and a tenth of what Lambda gives an environment to start. */
const WARM_UP_MILLIS = 1_000;

/** The pool is created on first use: importing a handler opens nothing. */
export function createDatabase(settings: ConnectionSettings, options: PoolOptions): PooledDatabase {
  let pool: Pool | undefined;
  const activity = noActivity();
  const getPool = (): Pool => {
    pool ??= createPool(settings, options).on('connect', () => {
      activity.connectionsOpened += 1;
    });
    return pool;
  };
  const { password = iamTokenSigner(settings, settings.credentials) } = options;
  rememberLook(activity, (question, remainingMillis) =>
    lookFromInside(
      { ...options, settings, password, poolConnections: () => pool?.totalCount ?? 0 },
      question,
      remainingMillis,
    ),
  );
  return {
    ...createDatabaseOver(getPool, activity),
    activity,

    async warmUp() {
      const opening = openConnection(getPool(), activity, AbortSignal.timeout(WARM_UP_MILLIS)).catch(
        options.onIdleError,
      );
      // Node.js reads the CA certificates it trusts for the first TLS connection: here, while the name is looked up.
      if (options.certificateAuthorities === undefined) createSecureContext();
      await opening;
    },

    async end() {
      await pool?.end();
      pool = undefined;
    },
  };
}

/** A database on a pool of any making, for benchmarks. The caller ends the pool. */
export function createDatabaseOver(getPool: () => Pool, activity = noActivity()): Database {
  /** Tells the code that a transaction's callback calls from all other code. Loaded with the first transaction. */
  let callbacks: AsyncLocalStorage<{ isRunning: boolean }> | undefined;
  const assertNotNested = (method: keyof Database) => {
    if (callbacks?.getStore()?.isRunning) throw new NestedTransactionError(method);
  };
  const openingFor = (caller: DatabaseCaller, { retry, isolation = 'read committed' }: QueryOptions) =>
    openingOf(readIdentity(caller), isolation, retry === 'read');

  return {
    async query(
      caller: DatabaseCaller,
      text: Statement,
      valuesOrOptions?: readonly unknown[] | QueryOptions,
      optionsOfText?: QueryOptions,
    ): Promise<never[]> {
      assertNotNested('query');
      const options = (typeof text === 'string' ? optionsOfText : (valuesOrOptions as QueryOptions)) ?? {};
      const opening = openingFor(caller, options);
      const statement = prepareStatement(text, valuesOrOptions as readonly unknown[]);
      return withRetries(options.retry, caller.signal, activity, (attempt) =>
        withConnection(getPool(), activity, attempt, caller.signal, (connection) =>
          runStatement(connection, attempt, activity, opening, statement),
        ),
      );
    },

    async transaction(caller, callback, options = {}) {
      assertNotNested('transaction');
      const opening = openingFor(caller, options);
      callbacks ??= new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)();
      const context = { isRunning: true };
      const run = () =>
        withRetries(options.retry, caller.signal, activity, (attempt) =>
          withConnection(getPool(), activity, attempt, caller.signal, (connection) =>
            runTransaction(connection, attempt, activity, opening, callback),
          ),
        );
      return callbacks.run(context, run).finally(() => {
        context.isRunning = false;
      });
    },

    async queryAsNobody(text: Statement, values?: readonly unknown[]): Promise<never[]> {
      assertNotNested('queryAsNobody');
      const statement = prepareStatement(text, values);
      return withRetries('never', undefined, activity, (attempt) =>
        withConnection(getPool(), activity, attempt, undefined, (connection) =>
          runStatement(connection, attempt, activity, AS_NOBODY, statement),
        ),
      );
    },
  };
}
