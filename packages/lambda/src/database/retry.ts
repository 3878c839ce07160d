/** Decides when a transaction is retried: by what became of it, only where that does no harm, and only so often. */
import type { DatabaseActivity } from './activity.js';
import { DatabaseConflictError, DatabaseError, DatabaseUnavailableError, withUnknownOutcome } from './errors.js';

/**
 * What a second run after a lost COMMIT would do.
 *
 * - `read`: nothing. PostgreSQL rejects its writes.
 * - `idempotent`: it writes, and a second time changes nothing, because it carries a key that is unique in the database.
 * - `never`: write twice.
 */
export type RetryPolicy = 'read' | 'idempotent' | 'never';

/** What is known of one run of a transaction. */
export interface Attempt {
  /** `unknown`: COMMIT was sent, and no response says what became of it. */
  outcome: 'nothing sent' | 'not committed' | 'unknown' | 'committed';
  /** Why it cannot commit: the error of its connection or statement, not one that its callback made up. */
  failure: unknown;
}

export const RETRY_LIMITS = {
  /** After a lost connection, on a new one. A second loss in a row is no accident. */
  lostConnection: 1,
  /** After a deadlock or a serialization failure: PostgreSQL has rolled back all of it. */
  conflict: 3,
  /** Longest delay before the first retry of a conflict; doubles with each. Random, so that the two do not collide again. */
  conflictDelayMillis: 20,
} as const;

/** Serialization failure and deadlock. Not 40003, "statement completion unknown", and no lock timeout, which has waited already. */
const RETRYABLE_SQLSTATES: readonly (string | undefined)[] = ['40001', '40P01'];

/** Something failed after COMMIT: what the transaction wrote is stored. Its `cause` is what failed. */
export class CommittedError extends Error {
  override readonly name = 'CommittedError';

  constructor(cause: unknown) {
    super('The transaction was committed; what followed it failed.', { cause });
  }
}

/**
 * @param policy `never` when undefined.
 * @throws the last run's error, which says so where the outcome is unknown; CommittedError when that run was committed.
 */
export async function withRetries<Result>(
  policy: RetryPolicy | undefined,
  signal: AbortSignal | undefined,
  activity: DatabaseActivity,
  run: (attempt: Attempt) => Promise<Result>,
): Promise<Result> {
  const isReading = policy === 'read';
  const isRepeatable = isReading || policy === 'idempotent';
  const retries = { lostConnection: 0, conflict: 0 };
  let mightBeCommitted = false;
  for (;;) {
    const attempt: Attempt = { outcome: 'nothing sent', failure: undefined };
    try {
      return await run(attempt);
    } catch (error) {
      const { outcome, failure } = attempt;
      if (outcome === 'committed' && !isReading) throw new CommittedError(error);
      mightBeCommitted ||= outcome === 'unknown' && !isReading;
      const isSafe = isRepeatable || outcome !== 'unknown';
      if (signal?.aborted || outcome === 'committed') throw explain(error, mightBeCommitted);
      if (
        isSafe &&
        failure instanceof DatabaseUnavailableError &&
        retries.lostConnection < RETRY_LIMITS.lostConnection
      ) {
        retries.lostConnection += 1;
      } else if (isRetryableConflict(failure) && retries.conflict < RETRY_LIMITS.conflict) {
        await sleep(Math.random() * RETRY_LIMITS.conflictDelayMillis * 2 ** retries.conflict);
        retries.conflict += 1;
      } else {
        throw explain(error, mightBeCommitted);
      }
      activity.retries += 1;
    }
  }
}

/** Whatever the last run met, this one or an earlier one might be committed: an error of the database says so. */
function explain(error: unknown, mightBeCommitted: boolean): unknown {
  return mightBeCommitted && error instanceof DatabaseError ? withUnknownOutcome(error) : error;
}

function isRetryableConflict(failure: unknown): boolean {
  return failure instanceof DatabaseConflictError && RETRYABLE_SQLSTATES.includes(failure.sqlState);
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
