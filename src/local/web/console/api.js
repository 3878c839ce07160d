/** Owns the calls to the local stack: a token for a user, and a GraphQL request with it. */

/** A token lives an hour; it is fetched anew well before that. */
const TOKEN_KEPT_MILLIS = 30 * 60 * 1000;

/** @type {Map<string, { token: string, fetchedAtMillis: number }>} */
const tokens = new Map();

/**
 * @param {string} user one of the demo users
 * @returns {Promise<string>} a token for the authorization header
 */
export async function fetchToken(user) {
  const kept = tokens.get(user);
  if (kept && Date.now() - kept.fetchedAtMillis < TOKEN_KEPT_MILLIS) return kept.token;
  const response = await fetch('/console/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  if (!response.ok) throw new Error(await response.text());
  const { token } = await response.json();
  tokens.set(user, { token, fetchedAtMillis: Date.now() });
  return token;
}

/**
 * One GraphQL request. Errors in the answer are part of it; it rejects only when there is no answer.
 *
 * @param {{ user: string, query: string, variables?: object, operationName?: string }} request
 * @returns {Promise<{ status: number, millis: number, body: { data?: any, errors?: any[] } }>}
 */
export async function runGraphql({ user, query, variables, operationName }) {
  const authorization = await fetchToken(user);
  const startMillis = performance.now();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query, variables, operationName }),
  });
  // Refused, so not worth keeping: the stack has a new user pool when its data folder was removed.
  if (response.status === 401) tokens.delete(user);
  const body = await response.json();
  return { status: response.status, millis: performance.now() - startMillis, body };
}

/** The parts of the stack, the commands and the demo users. */
export async function fetchStack() {
  const response = await fetch('/console/stack.json');
  return response.json();
}

/** What to tell a person about a call that rejected. */
export function explainFailure(error) {
  const stopped = error instanceof TypeError;
  return stopped ? 'The local stack does not answer. Is npm start still running?' : String(error.message ?? error);
}
