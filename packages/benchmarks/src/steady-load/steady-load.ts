/** Minutes of a steady load on the local stack: whether memory, connections and latency are at the end what they were at first. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_DATABASE } from '@vpc-postgres/local-stack/database.js';
import { sendGraphql } from '@vpc-postgres/local-stack/graphql-client.js';
import { startLocalStack } from '@vpc-postgres/local-stack/stack.js';
import type { LocalStack } from '@vpc-postgres/local-stack/stack-options.js';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import pg from 'pg';
import type { Benchmark } from '../benchmark.js';
import { compareRun, ENVIRONMENTS } from './comparisons.js';
import { type LoadAnswer, runSteadyLoad } from './load.js';
import { type ExpectingRequest, findProblem, type GraphqlResponse, mixedRequests } from './requests.js';
import { describeSample, watchStack } from './samples.js';

/** They leave half of two cores idle. */
const REQUESTS_A_SECOND = 50;

export const steadyLoad: Benchmark = {
  name: 'steady-load',
  description:
    `${REQUESTS_A_SECOND} reads, writes and refused requests a second on ${ENVIRONMENTS} environments: ` +
    'whether the last third of the time is like the first, after a minute',
  onlyByName: true,
  async measure({ minutes, onProgress }) {
    if (!existsSync('/proc/self/status'))
      return { skipped: 'the memory of a process is read from /proc, which is not there' };
    const stateDirectory = await mkdtemp(join(tmpdir(), 'steady-load-'));
    const stack = await startLocalStack({
      app: localApp,
      stateDirectory,
      port: 0,
      proxyPort: 0,
      maxEnvironments: ENVIRONMENTS,
    });
    const superuser = new pg.Client({
      host: stack.postgres.socketDirectory,
      user: 'postgres',
      database: LOCAL_DATABASE,
    });
    try {
      await superuser.connect();
      const watch = watchStack(stack, superuser, (sample) => onProgress(describeSample(sample)));
      const answers = await loadStack(stack, minutes);
      for (const problem of new Set(answers.map((answer) => answer.problem))) {
        if (problem !== undefined) onProgress(`not expected: ${problem}`);
      }
      const samples = await watch.stop();
      const memoryMB = Math.max(...Object.values(stack.statistics().functions).map((fn) => fn.memoryMB));
      return compareRun({ minutes, memoryMB, answers, samples });
    } finally {
      await superuser.end();
      await stack.stop();
      await rm(stateDirectory, { recursive: true });
    }
  },
};

async function loadStack(stack: LocalStack, minutes: number): Promise<LoadAnswer[]> {
  const { username, write } = localApp.roundTrip;
  const { data } = await sendGraphql(stack.url, stack.userPool, username, write.request);
  const requests = mixedRequests(String((data?.[write.field] as { id: string } | undefined)?.id));
  const authorization = await stack.userPool.issueToken({ username, expiresInSeconds: (minutes + 1) * 60 });
  return runSteadyLoad({
    seconds: minutes * 60,
    everyMillis: (1_000 * ENVIRONMENTS) / REQUESTS_A_SECOND,
    atOnce: ENVIRONMENTS,
    async ask(count) {
      const request = requests[count % requests.length] as ExpectingRequest;
      const { query, variables } = request;
      const response = await fetch(`${stack.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query, variables }),
      });
      return findProblem(request, (await response.json()) as GraphqlResponse);
    },
  });
}
