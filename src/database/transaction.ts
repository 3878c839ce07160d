/** One transaction on behalf of one user: BEGIN, the identity, the work's statements, COMMIT, in as few round trips as they allow. */
import type { QueryResult, QueryResultRow } from 'pg';
import type { DatabaseActivity } from './activity.js';
import type { Connection } from './connection.js';
import { DatabaseStatementError } from './errors.js';
import type { CheckedIdentity } from './identity.js';
import { refuseUnlessPermitted } from './permitted-statements.js';

/** What the work gets. Statements run in the order in which they are called, on one connection. */
export interface Transaction {
  /**
   * Runs a statement as the user. The first one takes BEGIN and the identity along: one round trip for the three.
   *
   * @param text One SQL statement with $1, $2, … for its values.
   * @throws DatabaseError, StatementNotPermittedError
   */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /**
   * As `query`, and takes COMMIT along: a transaction of one statement is one round trip. Nothing may follow it, and it
   * returns only when the transaction has been committed.
   */
  last<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface TransactionOptions {
  identity: CheckedIdentity;
  /** PostgreSQL refuses writes. */
  readOnly: boolean;
  isolation: IsolationLevel;
  /** Send the statements of one round trip without waiting for each other's answers. */
  pipelining: boolean;
}

/** @see https://www.postgresql.org/docs/17/transaction-iso.html */
export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

/** A function of ours (migrations/0000-identity.sql), because RDS Proxy pins a session that calls set_config() itself. */
const ASSUME_IDENTITY = 'select identity.assume($1, $2)';

/**
 * @returns what `work` returns, after COMMIT.
 * @throws what `work` throws, after ROLLBACK. When `work` keeps an error of a statement to itself, and the transaction was
 * rolled back for it, that error: a caller is never told of a commit that was none.
 */
export async function runTransaction<Result>(
  connection: Connection,
  activity: DatabaseActivity,
  options: TransactionOptions,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const { sub, groups } = options.identity;
  const begin = beginText(options);
  const send = options.pipelining ? connection.send : oneByOne(connection);
  let state: 'not begun' | 'open' | 'ended' = 'not begun';
  let firstFailure: unknown;
  let finalOutcome: Promise<unknown> | undefined;

  /** The promises of one round trip. BEGIN and the identity are in front of the first. */
  const sendTogether = (text: string, values: readonly unknown[], andCommit: boolean) => {
    const isFirst = state === 'not begun';
    state = andCommit ? 'ended' : 'open';
    activity.statements += 1;
    return connection.together(() => ({
      preamble: isFirst ? [send(begin), send(ASSUME_IDENTITY, [sub, groups])] : [],
      statement: send(text, values),
      commit: andCommit ? [send('commit')] : [],
    }));
  };

  const run = async (text: string, values: readonly unknown[], andCommit: boolean): Promise<QueryResultRow[]> => {
    if (state === 'ended') throw new Error('The transaction of withUser has ended; no statement can follow its last.');
    refuseUnlessPermitted(text);
    const { preamble, statement, commit } = sendTogether(text, values, andCommit);
    try {
      await inOrder([...preamble, statement, ...commit]);
      for (const committed of commit) refuseRollback(await committed);
      const { rows } = await statement;
      activity.rows += rows.length;
      return rows;
    } catch (error) {
      firstFailure ??= error;
      throw error;
    }
  };

  const end = async (command: 'commit' | 'rollback'): Promise<void> => {
    if (state === 'open') {
      state = 'ended';
      const ended = await send(command);
      if (command === 'commit') refuseRollback(ended);
    }
    await finalOutcome;
  };

  const refuseRollback = ({ command }: QueryResult) => {
    if (command === 'COMMIT') return;
    throw firstFailure ?? new DatabaseStatementError('PostgreSQL rolled the transaction back.', undefined);
  };

  const transaction: Transaction = {
    query: (text, values = []) => heard(run(text, values, false)) as Promise<never>,
    last(text, values = []) {
      const outcome = heard(run(text, values, true));
      finalOutcome ??= outcome;
      return outcome as Promise<never>;
    },
  };

  let result: Result;
  try {
    result = await work(transaction);
  } catch (error) {
    // The work's error is the one to tell, whatever becomes of the rollback; the connection is closed if it fails.
    await end('rollback').catch(() => {});
    throw error;
  }
  await end('commit');
  return result;
}

function beginText({ readOnly, isolation }: TransactionOptions): string {
  const level = isolation === 'read committed' ? '' : ` isolation level ${isolation}`;
  return `begin${level}${readOnly ? ' read only' : ''}`;
}

/** Waits for all. @throws the error of the first that failed: those behind it only failed because of it. */
async function inOrder(answers: readonly Promise<unknown>[]): Promise<void> {
  for (const answer of await Promise.allSettled(answers)) if (answer.status === 'rejected') throw answer.reason;
}

/** Work that does not wait for a statement must not end the process when that statement fails; COMMIT tells of it. */
function heard<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

/** Each statement leaves when the one before it has been answered. */
function oneByOne(connection: Connection): Connection['send'] {
  let previous: Promise<unknown> = Promise.resolve();
  return <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => {
    const sent = previous.then(() => connection.send<Row>(text, values));
    previous = sent.catch(() => {});
    return sent;
  };
}
