/** One GraphQL request over a connection of its own, so that no idle connection is left to be taken for a leak. */
import http from 'node:http';

export interface GraphqlResponse {
  data?: Record<string, unknown> | null;
  errors?: { errorType?: string; message: string }[];
}

/**
 * @param token of the user pool
 * @throws when the connection fails, or the signal aborts
 */
export function postGraphql(
  url: string,
  token: string,
  body: { query: string; variables: Record<string, unknown> },
  signal: AbortSignal,
): Promise<GraphqlResponse> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: token, 'content-type': 'application/json' };
    const request = http.request(`${url}/graphql`, { method: 'POST', agent: false, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as GraphqlResponse);
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}
