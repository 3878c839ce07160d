/** Interprets a Lambda's result: returns its data, raises its error, and reports anything else as a defect. */
import type { ResolverError } from '@vpc-postgres/lambda/graphql/envelope.js';
import { fieldError } from './errors.js';

/**
 * The field's value, out of the envelope that its function returned; throws the envelope's error as a GraphQL error.
 * This is what packages/backend/src/data/typed-errors.ts does in AWS.
 *
 * @param functionName for the message when the result is no envelope
 * @param result what the function returned, read from its JSON
 */
export function openEnvelope(functionName: string, result: unknown): unknown {
  if (isObject(result) && isResolverError(result.error)) {
    throw fieldError(result.error.type, result.error.message, result.error.info);
  }
  if (isObject(result) && 'data' in result) return result.data;
  throw fieldError(
    'Local:InvalidEnvelope',
    `The function ${functionName} must return { data } or { error: { type, message } } (packages/lambda/src/graphql/envelope.ts); ` +
      `it returned ${describe(result)}.`,
  );
}

function isResolverError(value: unknown): value is ResolverError {
  return isObject(value) && typeof value.type === 'string' && typeof value.message === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The shape without the values, which may be personal. */
function describe(result: unknown): string {
  if (Array.isArray(result)) return 'an array';
  if (!isObject(result)) return result === null || result === undefined ? 'nothing' : `a ${typeof result}`;
  const keys = Object.keys(result);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.join(', ')}`;
}
