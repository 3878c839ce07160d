/** Parses an HTTP request into a GraphQL request: checks its size, JSON and document. */
import type { IncomingMessage } from 'node:http';
import { type DocumentNode, parse } from 'graphql';
import { readBody } from '../web/read-body.js';
import { malformedRequest, RequestRefusedError, requestTooLarge } from './errors.js';

/** AppSync's quota for a request. @see https://docs.aws.amazon.com/general/latest/gr/appsync.html */
const REQUEST_LIMIT_BYTES = 1024 * 1024;

export interface ParsedRequest {
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

/** Reads the body of a request; throws a RequestRefusedError when it is longer than AppSync takes. */
export async function readRequestBody(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request, REQUEST_LIMIT_BYTES);
  if (body === undefined) throw requestTooLarge(REQUEST_LIMIT_BYTES);
  return body;
}

/** Parses a body; throws a RequestRefusedError with AppSync's text when it is no GraphQL request. */
export function parseGraphqlRequest(body: Buffer): ParsedRequest {
  if (body.length === 0) throw malformedRequest('Request body is empty.');

  const unparsable = (cause?: unknown) => malformedRequest('Unable to parse GraphQL query.', { cause });
  try {
    const { query, variables, operationName } = JSON.parse(body.toString('utf8')) ?? {};
    if (typeof query !== 'string' || !isVariables(variables)) throw unparsable();
    return {
      document: parse(query),
      variables: variables ?? {},
      operationName: typeof operationName === 'string' && operationName !== '' ? operationName : undefined,
    };
  } catch (error) {
    throw error instanceof RequestRefusedError ? error : unparsable(error);
  }
}

function isVariables(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
}
