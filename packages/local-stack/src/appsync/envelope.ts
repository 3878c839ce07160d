/**
 * Maps a Lambda's result to the field's value, as packages/backend/src/data/typed-errors.ts does in AWS: unwraps the
 * envelope of a resolver, raises the error in it, and passes everything else on.
 */
import { ENVELOPE_MARK, type ResolverEnvelope } from '@vpc-postgres/lambda/graphql/envelope.js';
import { fieldError } from './errors.js';

/**
 * @param result What the function returned, read from its JSON.
 * @throws the envelope's error as a GraphQL error
 */
export function openEnvelope(result: unknown): unknown {
  // AppSync knows null alone.
  if (!isEnvelope(result)) return result ?? null;
  if ('error' in result) throw fieldError(result.error.type, result.error.message, result.error.info);
  return result.data ?? null;
}

function isEnvelope(result: unknown): result is ResolverEnvelope {
  return typeof result === 'object' && result !== null && 'envelope' in result && result.envelope === ENVELOPE_MARK;
}
