/** When work may be done again: only where that can do no harm, and only so often. */
import { DatabaseAccessError, DatabaseConflictError, type DatabaseError, DatabaseUnavailableError } from './errors.js';

/**
 * What repeating the work would do.
 *
 * - `readOnly`: nothing. PostgreSQL refuses its writes.
 * - `idempotent`: it writes, and a second time changes nothing, because it carries a key that is unique in the database.
 * - `write`: write twice.
 */
export type Access = 'readOnly' | 'idempotent' | 'write';

export const RETRY_LIMITS = {
  /** After a lost connection, on a new one. A second loss in a row is no accident. */
  lostConnection: 1,
  /** After a deadlock or a serialization failure: PostgreSQL has rolled back all of it. */
  conflict: 3,
  /** Before the first retry of a conflict, at most; doubled for each further one. Random, so that the two do not meet again. */
  conflictPauseMillis: 20,
} as const;

/** Serialization failure and deadlock. Not 40003, "statement completion unknown", and no lock timeout, which has waited already. */
const LOST_AGAINST_ANOTHER: readonly (string | undefined)[] = ['40001', '40P01'];

/**
 * @param attempt Says whether a statement may have reached the database.
 * @throws the last attempt's error; DatabaseUnavailableError when that one could not log in, and a write had been sent before.
 */
export async function withRetries<Result>(
  access: Access,
  attempt: (loan: { sent: boolean }) => Promise<Result>,
  { onRetry, signal }: { onRetry: (error: DatabaseError) => void; signal?: AbortSignal | undefined },
): Promise<Result> {
  const retries = { lostConnection: 0, conflict: 0 };
  let mayHaveTakenEffect = false;
  for (;;) {
    const loan = { sent: false };
    try {
      return await attempt(loan);
    } catch (error) {
      if (signal?.aborted) throw error;
      if (mayHaveTakenEffect && !loan.sent && error instanceof DatabaseAccessError) throw effectUnknown(error);
      if (
        isLostConnection(error) &&
        (!loan.sent || access !== 'write') &&
        retries.lostConnection < RETRY_LIMITS.lostConnection
      ) {
        retries.lostConnection += 1;
        mayHaveTakenEffect ||= loan.sent && access === 'idempotent';
        onRetry(error);
      } else if (isLostConflict(error) && retries.conflict < RETRY_LIMITS.conflict) {
        await sleep(Math.random() * RETRY_LIMITS.conflictPauseMillis * 2 ** retries.conflict);
        retries.conflict += 1;
        onRetry(error);
      } else {
        throw error;
      }
    }
  }
}

/** The login was refused this time. Told as such, it would sound as if nothing had been written. */
function effectUnknown({ cause }: DatabaseAccessError): DatabaseUnavailableError {
  return new DatabaseUnavailableError('The connection was lost, and the login to try again was refused.', cause);
}

function isLostConnection(error: unknown): error is DatabaseUnavailableError {
  return error instanceof DatabaseUnavailableError;
}

function isLostConflict(error: unknown): error is DatabaseConflictError {
  return error instanceof DatabaseConflictError && LOST_AGAINST_ANOTHER.includes(error.sqlState);
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
