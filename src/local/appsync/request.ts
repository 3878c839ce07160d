/** Owns the way from an HTTP request to a GraphQL request: its size, its JSON, its document. */
import type { IncomingMessage } from 'node:http';
import { type DocumentNode, parse } from 'graphql';
import { malformedRequest, RequestRefusedError } from './errors.js';

/** AppSync's quota for a request. @see https://docs.aws.amazon.com/general/latest/gr/appsync.html */
export const REQUEST_LIMIT_BYTES = 1024 * 1024;

export interface GraphqlRequest {
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

/** Reads and parses a request; throws a RequestRefusedError with AppSync's text when it is none. */
export async function readGraphqlRequest(request: IncomingMessage): Promise<GraphqlRequest> {
  const body = await readBody(request);
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

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    lengthBytes += chunk.length;
    if (lengthBytes > REQUEST_LIMIT_BYTES) {
      throw new RequestRefusedError(
        413,
        'RequestEntityTooLargeException',
        `Request body is larger than ${REQUEST_LIMIT_BYTES} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isVariables(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
}
