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
export function parseRequestBody(body: Buffer): ParsedRequest {
  if (body.length === 0) throw malformedRequest('Request body is empty.');
  return parseRequest(() => JSON.parse(body.toString('utf8')) ?? {});
}

/** Parses what stands behind the `?` of a GET; throws a RequestRefusedError when it is no GraphQL request. */
export function parseQueryString(url: string): ParsedRequest {
  const parameters = new URL(url, 'http://localhost').searchParams;
  return parseRequest(() => ({
    query: parameters.get('query'),
    variables: JSON.parse(parameters.get('variables') || 'null'),
    operationName: parameters.get('operationName'),
  }));
}

/** @param read throws when there is no such thing */
function parseRequest(read: () => Record<string, unknown>): ParsedRequest {
  try {
    const { query, variables, operationName } = read();
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

/** The text of AppSync for whatever is no GraphQL request. */
function unparsable(cause?: unknown): RequestRefusedError {
  return malformedRequest('Unable to parse GraphQL query.', { cause });
}

function isVariables(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
}
