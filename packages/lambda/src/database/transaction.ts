/** Runs a transaction as one user: BEGIN, the identity, the statements and COMMIT, in as few round trips as they allow. */
import type { QueryResult, QueryResultRow } from 'pg';
import { assertPermitted } from '../sql/permitted-statements.js';
import type { DatabaseActivity } from './activity.js';
import { type BoundStatement, bindValues } from './batch.js';
import { type CompiledStatement, type RowOf, type Statement, textAndValues } from './compiled-statement.js';
import type { Connection } from './connection.js';
import { DatabaseError, DatabaseStatementError } from './errors.js';
import type { CheckedIdentity } from './identity.js';
import type { Attempt } from './retry.js';

/** What the callback of `database.transaction` gets. Statements run in the order of their calls. Await each. */
export interface Transaction {
  /**
   * Runs a statement as the user. The first one takes BEGIN and the identity along, in the same round trip.
   *
   * @param text One SQL statement with $1, $2, … for its values.
   * @throws DatabaseError, StatementNotPermittedError, TransactionEndedError
   */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** As above, with what a query builder compiled. */
  query<Query extends CompiledStatement>(query: Query): Promise<RowOf<Query>[]>;
  query<Row extends QueryResultRow>(query: CompiledStatement): Promise<Row[]>;
  /** As `query`, and takes COMMIT along. Returns when the transaction is committed; no statement can follow. */
  queryAndCommit<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  queryAndCommit<Query extends CompiledStatement>(query: Query): Promise<RowOf<Query>[]>;
  queryAndCommit<Row extends QueryResultRow>(query: CompiledStatement): Promise<Row[]>;
}

/** @see https://www.postgresql.org/docs/17/transaction-iso.html */
export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

/** A statement was called too late. It was not sent. A bug in the callback: a promise that it did not await. */
export class TransactionEndedError extends Error {
  override readonly name = 'TransactionEndedError';

  constructor(how: string) {
    super(
      `The transaction had ended when this statement was called: ${how}. It was not sent. Await every query before the ` +
        'callback ends; `forEach` with an async function does not, `for (const … of …)` does.',
    );
  }
}

const COMMIT = bindValues('commit');
const ROLLBACK = bindValues('rollback');

/**
 * BEGIN and the identity, or that there is none. Functions set it, because RDS Proxy pins a session that calls set_config()
 * itself; a transaction keeps the first that it is given.
 */
export function openingOf(
  identity: CheckedIdentity | 'nobody',
  isolation: IsolationLevel,
  readOnly: boolean,
): readonly BoundStatement[] {
  const level = isolation === 'read committed' ? '' : ` isolation level ${isolation}`;
  return [
    bindValues(`begin${level}${readOnly ? ' read only' : ''}`),
    identity === 'nobody'
      ? bindValues('select identity.assume_nobody()')
      : bindValues('select identity.assume($1, $2)', [identity.sub, identity.groups]),
  ];
}

/** @throws DatabaseError, StatementNotPermittedError. Nothing has been sent. */
export function prepareStatement(statement: Statement, ofText?: readonly unknown[]): BoundStatement {
  const [text, values] = textAndValues(statement, ofText);
  assertPermitted(text);
  return bindValues(text, values);
}

/**
 * Runs one statement and commits it, in one round trip.
 *
 * @returns its rows.
 */
export async function runStatement<Row extends QueryResultRow>(
  connection: Connection,
  attempt: Attempt,
  activity: DatabaseActivity,
  opening: readonly BoundStatement[],
  statement: BoundStatement,
): Promise<Row[]> {
  activity.statements += 1;
  try {
    const results = await exchange(connection, attempt, [...opening, statement, COMMIT], true);
    const rows: Row[] = results[opening.length]?.rows ?? [];
    activity.rows += rows.length;
    return rows;
  } catch (error) {
    await rollBack(connection, attempt);
    throw error;
  }
}

/**
 * @returns what `callback` returns, after COMMIT.
 * @throws what `callback` throws, after ROLLBACK. When it swallows the error for which there is no commit, that error.
 */
export async function runTransaction<Result>(
  connection: Connection,
  attempt: Attempt,
  activity: DatabaseActivity,
  opening: readonly BoundStatement[],
  callback: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  let isOpen = false;
  let ended: string | undefined;
  let isAbandoned = false;
  /** A statement was refused, or a row could not be read: PostgreSQL does not know, and would commit. */
  let failureHere: unknown;
  let lastSent: Promise<unknown> = Promise.resolve();

  const run = (text: Statement, values: readonly unknown[] | undefined, andCommit: boolean): Promise<never[]> => {
    if (ended !== undefined) return Promise.reject(new TransactionEndedError(ended));
    if (andCommit) ended = 'queryAndCommit had been called before it';
    const sent = lastSent.then(async () => {
      const statement = prepareStatement(text, values);
      if (isAbandoned)
        throw new TransactionEndedError('its callback threw while the statement waited for the one before it');
      if (andCommit && failureHere !== undefined) throw failureHere;
      // Behind a BEGIN that failed, a statement would run on its own, as nobody.
      if (!isOpen && attempt.outcome !== 'nothing sent') throw attempt.failure;
      const before = isOpen ? [] : opening;
      activity.statements += 1;
      const results = await exchange(
        connection,
        attempt,
        [...before, statement, ...(andCommit ? [COMMIT] : [])],
        andCommit,
      );
      isOpen = true;
      const rows = results[before.length]?.rows ?? [];
      activity.rows += rows.length;
      return rows as never[];
    });
    // Not an unhandled rejection when the callback does not await it: COMMIT reports the failure.
    lastSent = sent.catch((error: Partial<DatabaseError>) => {
      if (error.sqlState === undefined) failureHere ??= error;
    });
    return sent;
  };

  try {
    const result = await callback({
      query: (text: Statement, values?: readonly unknown[]) => run(text, values, false),
      queryAndCommit: (text: Statement, values?: readonly unknown[]) => run(text, values, true),
    });
    ended ??= 'its callback had returned';
    await lastSent;
    if (failureHere !== undefined) throw failureHere;
    if (attempt.outcome === 'nothing sent' || attempt.outcome === 'committed') return result;
    if (!isOpen) throw attempt.failure;
    await exchange(connection, attempt, [COMMIT], true);
    return result;
  } catch (error) {
    ended ??= 'its callback had thrown';
    isAbandoned = true;
    await lastSent;
    await rollBack(connection, attempt);
    throw error;
  }
}

/** @param commits Whether the batch ends with the commit. @throws DatabaseError */
async function exchange(
  connection: Connection,
  attempt: Attempt,
  batch: readonly BoundStatement[],
  commits: boolean,
): Promise<readonly QueryResult[]> {
  attempt.outcome = commits ? 'unknown' : 'not committed';
  const { results, isComplete, error } = await connection.send(batch);
  const isCommitted = commits && results.length === batch.length && results.at(-1)?.command !== 'ROLLBACK';
  if (isCommitted) attempt.outcome = 'committed';
  else if (connection.isUsable && !saysUnknown(error)) attempt.outcome = 'not committed';

  // The connection was lost between the response to COMMIT and ReadyForQuery: the caller's response is whole.
  if (isCommitted && isComplete) return results;
  if (error !== undefined) {
    attempt.failure ??= error;
    throw error;
  }
  if (commits && !isCommitted) {
    throw attempt.failure ?? new DatabaseStatementError('PostgreSQL rolled the transaction back.', undefined);
  }
  attempt.failure = undefined;
  return results;
}

/** Of SQLSTATEs such as 40003, statement_completion_unknown. */
const saysUnknown = (error: unknown) => error instanceof DatabaseError && error.outcomeUnknown;

/** Where it fails, the connection is closed, and PostgreSQL rolls back. */
async function rollBack(connection: Connection, { outcome }: Attempt): Promise<void> {
  if (outcome === 'not committed' && connection.isUsable) await connection.send([ROLLBACK]);
}
