/** On whose behalf a resolver works, and until when. */
import { readIdentity, type UserIdentity } from '../database/identity.js';

export interface Caller extends UserIdentity {
  /** Aborts shortly before Lambda would end the invocation, so that the caller gets an error of ours. */
  readonly signal: AbortSignal;
}

/** Enough to end the work, to write the log line and to answer. */
const TIME_TO_ANSWER_MILLIS = 500;

/** The part of Lambda's context that we use. */
export interface InvocationContext {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/**
 * @param identity `event.identity` of AppSync.
 * @param callback Its result is the result.
 * @throws InvalidIdentityError
 */
export async function asCaller<Result>(
  identity: unknown,
  context: InvocationContext,
  callback: (caller: Caller) => Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController();
  const millis = Math.max(0, context.getRemainingTimeInMillis() - TIME_TO_ANSWER_MILLIS);
  const timer = setTimeout(() => deadline.abort(), millis);
  try {
    return await callback({ ...readIdentity(identity), signal: deadline.signal });
  } finally {
    clearTimeout(timer);
  }
}
