/** What an app's own tests need: one function that tries every operation of the app on the local stack. */

import { setTimeout } from 'node:timers/promises';
import { createExecutableSchema } from './appsync/schema.js';
import type { GraphqlRequest, LocalApp } from './local-app.js';
import { callersOf, type OperationCaller, userCaller } from './operations/callers.js';
import { checkNames, tryRequests } from './operations/local-config.js';
import { requestsOf } from './operations/requests.js';
import { describe, faultsOf, isUnauthorized, type OperationResponse } from './operations/responses.js';
import type { LocalStack } from './stack-options.js';
import { whyNoPostgres } from './test-stack.js';
import { startThrowawayStack } from './throwaway-stack.js';

interface Problem {
  /** `createOrder with unusual values, as alice` */
  where: string;
  got: string;
  fix: string;
  /** Of the function's log: an error that the caller is not told. */
  log: readonly string[];
}

/** How long a log line can lag behind the response: they come through different pipes. */
const LOG_LAG_MILLIS = 100;

/** Longer lines are cut: the beginning names the error. */
const LOG_LINE_LENGTH = 400;

/**
 * Starts the local stack in a throwaway folder and sends it each query and mutation of the schema: as each user of
 * local.config.ts, as a user of each group that none of them has, with the API key and as a user and a guest of the identity
 * pool where the schema has rules for them, and without a token; with every argument, with the required ones, with null for the others, and with unusual values of their
 * types. Each must be answered, or be refused with an `errorType` other than that of a failed server. Then it sends what
 * local.config.ts holds: each operation must be answered, or refused with a type, and at least one user must be allowed to
 * send it; the other requests must be answered.
 * @returns why nothing was checked, for a test to be skipped with: PostgreSQL cannot run here; undefined when all was.
 * @throws Error with every problem and its fix; LocalStackError, MigrationError when the stack does not start.
 */
export async function expectAnswers(app: LocalApp): Promise<string | undefined> {
  const missing = await whyNoPostgres();
  if (missing !== undefined) return missing;
  const log: string[] = [];
  const stack = await startThrowawayStack({ app, onFunctionLog: (name, line) => log.push(`${name}: ${line}`) });
  try {
    const problems = await findProblems(stack, app, log);
    if (problems.length > 0) throw new Error(report(problems));
  } finally {
    await stack.stop();
  }
  return undefined;
}

async function findProblems(stack: LocalStack, app: LocalApp, log: string[]): Promise<Problem[]> {
  const { sdl } = stack.amplifyApp();
  const schema = createExecutableSchema({ sdl, invoke: () => Promise.reject(new Error('It is only read.')) });
  const requests = requestsOf(schema);
  const problems: Problem[] = [];
  const trial = async (title: string, request: GraphqlRequest, caller: OperationCaller) => {
    log.length = 0;
    const response = await send(stack, caller, request);
    const faults = faultsOf(response, caller);
    if (faults.length > 0 && log.length === 0) await setTimeout(LOG_LAG_MILLIS);
    for (const fault of faults) {
      problems.push({
        where: `${title}, as ${caller.name}`,
        ...fault,
        log: log.map((line) => line.slice(0, LOG_LINE_LENGTH)),
      });
    }
    return response;
  };

  for (const fault of [...checkNames(app), ...(await tryRequests(stack, app))]) {
    problems.push({ ...fault, where: `local.config.ts: ${fault.where}`, log: [] });
  }
  for (const { name, ...request } of app.operations) {
    const title = `local.config.ts: operation '${name}'`;
    const responses: OperationResponse[] = [];
    for (const user of app.users) responses.push(await trial(title, request, userCaller(stack, user)));
    if (responses.every(isUnauthorized)) problems.push(forNobody(title, responses));
  }
  for (const { title, ...request } of requests) {
    for (const caller of callersOf(stack, app, sdl)) await trial(title, request, caller);
  }
  return problems;
}

function forNobody(where: string, [response]: readonly OperationResponse[]): Problem {
  const got = response === undefined ? 'no user to send it' : `${describe(response.errors ?? [])}, for every user`;
  return { where, got, fix: 'give one of users the group that the schema asks for', log: [] };
}

async function send(stack: LocalStack, caller: OperationCaller, request: GraphqlRequest): Promise<OperationResponse> {
  const { query, variables = {} } = request;
  const [url, sent] = [`${stack.url}/graphql`, JSON.stringify({ query, variables })];
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await caller.headers(url, sent)) },
    body: sent,
  });
  const body = (await response.json().catch(() => ({}))) as Omit<OperationResponse, 'status'>;
  return { status: response.status, ...body };
}

/** The same fault of several requests is one entry. */
function report(problems: readonly Problem[]): string {
  const byFault = new Map<string, Problem[]>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.where.split(' with ')[0]?.split(', as ')[0], problem.got]);
    byFault.set(key, [...(byFault.get(key) ?? []), problem]);
  }
  const entries = [...byFault.values()].map((same) => {
    const [{ where, got, fix, log } = { where: '', got: '', fix: '', log: [] }] = same;
    const others = same.length === 1 ? '' : `, and ${same.length - 1} more`;
    const logged = log.map((line) => `    log       ${line}`);
    return [
      `  ${where}${others}`,
      `    got       ${got}`,
      `    expected  an answer, or a refusal with an errorType that a client can switch on`,
      `    fix       ${fix}`,
      ...logged,
    ].join('\n');
  });
  return [`${entries.length === 1 ? 'One problem' : `${entries.length} problems`} of the API.`, ...entries].join(
    '\n\n',
  );
}
