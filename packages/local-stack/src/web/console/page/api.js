/** Calls the local stack: a token for a user, a GraphQL request with it, metrics and faults. */

/** A token lives an hour; it is fetched anew well before that. */
const TOKEN_KEPT_MILLIS = 30 * 60 * 1000;
/** A stack that takes longer to say how it is, is as good as gone. */
const FIGURES_LIMIT_MILLIS = 5000;

/** @type {Map<string, { token: string, fetchedAtMillis: number }>} */
const tokens = new Map();

/**
 * @param {{ username: string, groups: readonly string[] }} user
 * @returns {Promise<string>} a token for the authorization header
 */
export async function fetchToken({ username, groups }) {
  const key = JSON.stringify([username, groups]);
  const kept = tokens.get(key);
  if (kept && Date.now() - kept.fetchedAtMillis < TOKEN_KEPT_MILLIS) return kept.token;
  const response = await postJson('/console/token', { user: username, groups });
  const { token } = await response.json();
  tokens.set(key, { token, fetchedAtMillis: Date.now() });
  return token;
}

/** For a stack that was started anew: it may have another user pool. */
export function forgetTokens() {
  tokens.clear();
}

/**
 * One GraphQL request. Errors in the answer are part of it; it rejects only when there is no answer.
 *
 * @param {{ user: { username: string, groups: readonly string[] }, query: string, variables?: object }} request
 * @returns {Promise<{ status: number, millis: number, requestId: string | null, body: { data?: any, errors?: any[] } }>}
 */
export async function runGraphql({ user, query, variables }) {
  const authorization = await fetchToken(user);
  const startMillis = performance.now();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query, variables }),
  });
  // Refused, so not worth keeping: the stack has a new user pool when its data folder was removed.
  if (response.status === 401) forgetTokens();
  const body = await response.json();
  const requestId = response.headers.get('x-amzn-requestid');
  return { status: response.status, millis: performance.now() - startMillis, requestId, body };
}

/** The parts of the stack, the commands, the sample users and operations. */
export async function fetchStack() {
  const response = await fetch('/console/stack.json');
  return response.json();
}

/** The codes that the user pool has sent, the newest first; none when the stack does not answer. */
export async function fetchInbox() {
  try {
    const response = await fetch('/console/inbox.json', { signal: AbortSignal.timeout(FIGURES_LIMIT_MILLIS) });
    return response.ok ? (await response.json()).messages : [];
  } catch {
    return [];
  }
}

/** Metrics of every span, switches, pins and the last requests; undefined when the stack does not answer. */
export async function fetchMetrics() {
  try {
    const response = await fetch('/api/stack', { signal: AbortSignal.timeout(FIGURES_LIMIT_MILLIS) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {object} fault as `{ fault: 'failover', pauseMillis: 3000 }`
 * @returns {Promise<{ result: { clientConnections: number, databaseConnections: number }, faults: object }>}
 */
export async function applyFault(fault) {
  const response = await postJson('/api/proxy/faults', fault);
  return response.json();
}

/**
 * What each function sees on its way to the database.
 *
 * @returns {Promise<{ functions: any[] }>}
 */
export async function lookFromInside() {
  const response = await postJson('/api/look', {});
  return response.json();
}

/** What to tell a person about a call that rejected. */
export function explainFailure(error) {
  const stopped = error instanceof TypeError;
  return stopped ? 'The local stack does not answer. Is npm start still running?' : String(error.message ?? error);
}

async function postJson(path, value) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  if (!response.ok) throw new Error(await response.text());
  return response;
}
