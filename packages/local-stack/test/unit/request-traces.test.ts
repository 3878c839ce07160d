import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RequestRecord } from '../../src/appsync/endpoint.js';
import { FunctionError } from '../../src/lambda/function-error.js';
import { RequestTraces } from '../../src/request-traces.js';

const RECORD: RequestRecord = {
  requestId: 'a-uuid',
  operation: 'getOrder',
  username: 'alice',
  status: 200,
  errorTypes: [],
  millis: 10,
};
const LOG = { connection: 'reused', durationMillis: 3, connectMillis: 0, queryMillis: 2, rows: 1 } as const;

function invocation(log: Promise<typeof LOG | undefined>) {
  return { requestId: 'id', payload: { data: 'a row' }, millis: 4, initMillis: 50, log };
}

test('a request has its invocations, with the time since its start and without their payload', async () => {
  const traces = new RequestTraces();

  await traces.run(async () => {
    await sleep(20);
    await traces.invoke('orders-api', 'getOrder', async () => invocation(Promise.resolve(LOG)));
    traces.finish(RECORD);
  });

  await expect.poll(() => traces.recent()).toHaveLength(1);
  expect(traces.recent()).toEqual([
    {
      ...RECORD,
      id: 1,
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      invocations: [
        {
          functionName: 'orders-api',
          fieldName: 'getOrder',
          requestId: 'id',
          startMillis: expect.any(Number),
          totalMillis: expect.any(Number),
          initMillis: 50,
          millis: 4,
          errorType: undefined,
          database: LOG,
        },
      ],
    },
  ]);
  expect(traces.recent()[0]?.invocations[0]?.startMillis).toBeGreaterThan(15);
});

test('requests that are answered at the same time keep their invocations apart', async () => {
  const traces = new RequestTraces();
  const ask = (functionName: string, millis: number) =>
    traces.run(async () => {
      await sleep(millis);
      await traces.invoke(functionName, 'field', async () => invocation(Promise.resolve(undefined)));
      return traces.finish(RECORD).map((trace) => trace.functionName);
    });

  expect(await Promise.all([ask('slow', 20), ask('fast', 1)])).toEqual([['slow'], ['fast']]);
});

test('an invocation that fails is reported with Lambda’s error type, and fails for the caller too', async () => {
  const traces = new RequestTraces();
  const failing = () => Promise.reject(new FunctionError('Sandbox.Timedout', 'Task timed out'));

  await traces.run(async () => {
    await expect(traces.invoke('orders-api', 'getOrder', failing)).rejects.toThrow('Task timed out');
    traces.finish({ ...RECORD, errorTypes: ['Lambda:Unhandled'] });
  });

  await expect.poll(() => traces.recent()).toHaveLength(1);
  expect(traces.recent()[0]?.invocations).toMatchObject([{ errorType: 'Sandbox.Timedout', database: undefined }]);
  expect(traces.statistics()).toEqual({ requests: 1, errors: 1, p50Millis: 10 });
});

test('the last 100 are kept, the newest first, even if a log line comes late', async () => {
  const traces = new RequestTraces();
  const ask = (log: Promise<undefined>) =>
    traces.run(async () => {
      await traces.invoke('orders-api', 'getOrder', async () => invocation(log));
      traces.finish(RECORD);
    });

  await ask(sleep(30, undefined));
  await Promise.all(Array.from({ length: 104 }, () => ask(Promise.resolve(undefined))));
  await ask(sleep(30, undefined));

  await expect.poll(() => traces.recent()[0]?.id).toBe(106);
  expect(traces.recent().map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, index) => 106 - index));
  expect(traces.statistics().requests).toBe(106);
});
