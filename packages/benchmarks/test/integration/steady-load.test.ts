import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { lambdaProcesses } from '@vpc-postgres/testing/support/processes.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExpectingRequest, findProblem, mixedRequests } from '../../src/steady-load/requests.js';
import { watchStack } from '../../src/steady-load/samples.js';

const { username, write } = localApp.roundTrip;

let stack: TestStack;
let orderId: string;
const ask = ({ query, variables = {} }: Pick<ExpectingRequest, 'query' | 'variables'>, as: string = username) =>
  stack.ask(as, query, variables);

beforeAll(async () => {
  stack = await startTestStack({ maxEnvironments: 1 });
  const { data } = await ask(write.request);
  orderId = String((data?.[write.field] as { id: string } | undefined)?.id);
});
afterAll(async () => {
  await stack?.stop();
});

describe.runIf(exhaustive)('the requests of the benchmark steady-load', () => {
  test('are answered as each expects', async () => {
    for (const request of mixedRequests(orderId)) expect(findProblem(request, await ask(request))).toBeUndefined();
  });

  test('tell of a row that is not there, of an error, and of an answer where an error is expected', async () => {
    const requests = mixedRequests(orderId);
    const get = requests.find(({ field }) => field === 'getOrder') as ExpectingRequest;
    const invalid = requests.find(({ refusedAs }) => refusedAs === 'InvalidInput') as ExpectingRequest;
    expect(findProblem(get, await ask(get, 'bob'))).toBe('getOrder: no row');
    expect(findProblem(get, await ask(invalid))).toBe('getOrder: InvalidInput, expected one');
    expect(findProblem(invalid, await ask(get))).toBe('createOrder: an answer, expected InvalidInput');
  });
});

test.runIf(exhaustive)(
  'the watch of the benchmark steady-load sees the environments, their memory and their connections',
  async () => {
    const superuser = await stack.connectSuperuser();
    const [environment] = lambdaProcesses();
    const seen = await new Promise((resolve, reject) => {
      const watch = watchStack(stack, superuser, (sample) => {
        watch.stop().then(() => resolve(sample), reject);
      });
    });
    await superuser.end();
    expect(seen).toMatchObject({ databaseConnections: 1, clientConnections: 1 });
    const { environmentMegabytes } = seen as { environmentMegabytes: Map<number, number> };
    expect([...environmentMegabytes.keys()]).toEqual([environment?.id]);
    expect(environmentMegabytes.get(environment?.id ?? 0)).toBeGreaterThan(20);
  },
);
