/** Sends a request, and says how it ended. It never throws: that a request had no end is an outcome too. */
import type { FaultStack } from './fault-stack.js';
import { postGraphql } from './http-client.js';
import type { PlannedRequest } from './requests.js';

export type RequestOutcome =
  | { kind: 'data'; data: unknown; millis: number }
  /** @property type `errorType` of docs/errors.md */
  | { kind: 'error'; type: string; message: string; millis: number }
  /** Nobody answered, or not as GraphQL is answered. */
  | { kind: 'none'; message: string; millis: number };

/** Longer than AppSync takes to give up (fault-stack.ts): an answer of its own comes first. */
const NO_RESPONSE_MILLIS = 150_000;

export async function send(stack: FaultStack, request: PlannedRequest): Promise<RequestOutcome> {
  const token = await stack.userPool.issueToken({ username: request.username });
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(NO_RESPONSE_MILLIS);
  const { query, variables } = request;
  const took = () => ({ millis: performance.now() - startedAt });
  try {
    const { data, errors = [] } = await postGraphql(stack.url, token, { query, variables }, signal);
    const [error] = errors;
    if (error !== undefined)
      return { kind: 'error', type: error.errorType ?? 'none', message: error.message, ...took() };
    if (data == null || !('answer' in data)) return { kind: 'none', message: 'neither data nor error', ...took() };
    return { kind: 'data', data: data.answer, ...took() };
  } catch (error) {
    return { kind: 'none', message: String(error), ...took() };
  }
}
