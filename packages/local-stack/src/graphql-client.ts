/** Sends GraphQL requests to the local stack as one of its users, the way a client of the deployed API does. */
import type { LocalUserPool } from './cognito/user-pool.js';
import type { GraphqlRequest } from './local-app.js';

export interface GraphqlResponse {
  data: Record<string, unknown> | null;
  errors?: { errorType: string; message: string; errorInfo?: unknown; path?: unknown }[];
}

export async function sendGraphql(
  url: string,
  userPool: LocalUserPool,
  username: string,
  request: GraphqlRequest,
): Promise<GraphqlResponse> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await userPool.issueToken({ username }) },
    body: JSON.stringify(request),
  });
  return (await response.json()) as GraphqlResponse;
}
