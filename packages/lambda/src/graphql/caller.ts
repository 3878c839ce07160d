/** Reads the caller of a resolver, and limits the time that it works for them. */
import { readIdentity, type UserIdentity } from '../database/identity.js';

export interface Caller extends UserIdentity {
  /** Aborts shortly before Lambda would end the invocation, so that the caller gets a typed error. */
  readonly signal: AbortSignal;
}

/** Kept back from the invocation, in milliseconds: enough to end the callback, write the log line and respond. */
const TIME_TO_RESPOND_MILLIS = 500;

/** The part of Lambda's context that we use. */
export interface InvocationContext {
  awsRequestId: string;
  /** Set by callers of Lambda's Invoke alone: packages/lambda/src/database/look/question.ts. */
  clientContext?: unknown;
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
  const millis = Math.max(0, context.getRemainingTimeInMillis() - TIME_TO_RESPOND_MILLIS);
  const timer = setTimeout(() => deadline.abort(), millis);
  try {
    return await callback({ ...readIdentity(identity), signal: deadline.signal });
  } finally {
    clearTimeout(timer);
  }
}
