import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bootstrapBuildOptions } from '../../../src/lambda/bundle.js';
import { createLocalFunction, type LocalFunction, type LocalFunctionOptions } from '../../../src/lambda/function.js';

/** A handler for each thing that a handler may do. `event.do` picks one. */
const HANDLER = `
  const born = Date.now() + Math.random();
  let invocations = 0;
  export async function handler(event, context) {
    invocations += 1;
    switch (event.do) {
      case 'echo': return { event, context, remaining: context.getRemainingTimeInMillis(), env: process.env, born, invocations };
      case 'sleep': await new Promise((resolve) => setTimeout(resolve, event.millis)); return { born };
      case 'throw': throw new TypeError('a defect');
      case 'exit': process.exit(3);
      case 'spin': for (;;);
      case 'log': console.log('to stdout'); console.error('to stderr'); return null;
    }
  }`;

/** For what must run out of time; long enough that on a busy machine nothing else does. */
const TIMEOUT_SECONDS = 2;

let directory: string;
let fn: LocalFunction | undefined;
let logs: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'function-'));
  logs = [];
  await build(bootstrapBuildOptions(directory));
  await writeFile(join(directory, 'index.mjs'), HANDLER);
});

afterEach(async () => {
  await fn?.stop();
  await rm(directory, { recursive: true });
});

function start(overrides: Partial<LocalFunctionOptions> = {}): LocalFunction {
  fn = createLocalFunction({
    name: 'orders-api',
    directory,
    environment: { DATABASE_USER: 'app' },
    region: 'eu-west-1',
    timeoutSeconds: 5,
    memoryMB: 512,
    onLog: (line) => logs.push(line),
    ...overrides,
  });
  return fn;
}

interface Echo {
  event: unknown;
  context: Record<string, unknown>;
  remaining: number;
  env: Record<string, string>;
  born: number;
  invocations: number;
}

async function echo(target: LocalFunction): Promise<Echo> {
  return (await target.invoke({ do: 'echo' })).payload as Echo;
}

test('passes the event, and a context as Lambda has it', async () => {
  const result = await start().invoke({ do: 'echo', text: 'schön' });
  const { event, context, remaining } = result.payload as Echo;

  expect(event).toEqual({ do: 'echo', text: 'schön' });
  expect(context).toMatchObject({ functionName: 'orders-api', awsRequestId: result.requestId, memoryLimitInMB: '512' });
  expect(remaining).toBeGreaterThan(4_000);
  expect(remaining).toBeLessThanOrEqual(5_000);
});

test('gives the function its own variables and Lambda’s, and none of the developer’s', async () => {
  const { env } = await echo(start());

  expect(env).toMatchObject({ DATABASE_USER: 'app', AWS_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'orders-api' });
  expect(env).not.toHaveProperty('HOME');
  expect(env).not.toHaveProperty('VITEST');
});

test('starts cold once, and serves the next invocation warm in the same environment', async () => {
  const target = start();
  const first = await target.invoke({ do: 'echo' });
  const second = await target.invoke({ do: 'echo' });

  expect(first.initMillis).toBeGreaterThan(0);
  expect(second.initMillis).toBeUndefined();
  expect((second.payload as Echo).born).toBe((first.payload as Echo).born);
});

test('the first invocation takes the environment that is being warmed up', async () => {
  const target = start();
  void target.warmUp();

  const first = await echo(target);
  const second = await echo(target);

  expect(second).toMatchObject({ born: first.born, invocations: 2 });
});

test('a warm-up that fails shows at the first invocation, and a later one may succeed', async () => {
  await writeFile(join(directory, 'index.mjs'), 'throw new RangeError("no settings")');
  const target = start();
  await target.warmUp();

  await expect(target.invoke({ do: 'echo' })).rejects.toMatchObject({ errorType: 'RangeError' });

  await writeFile(join(directory, 'index.mjs'), HANDLER);
  expect((await echo(target)).invocations).toBe(1);
});

test('serves 20 concurrent invocations in at most 3 environments, one at a time in each', async () => {
  const target = start({ maxEnvironments: 3 });

  const results = await Promise.all(Array.from({ length: 20 }, () => target.invoke({ do: 'sleep', millis: 20 })));

  const environments = new Set(results.map(({ payload }) => (payload as { born: number }).born));
  expect(environments.size).toBe(3);
  expect(results.filter(({ initMillis }) => initMillis !== undefined)).toHaveLength(3);
});

test('counts environments, cold starts, invocations and what became of them', async () => {
  const target = start({ maxEnvironments: 2, timeoutSeconds: TIMEOUT_SECONDS });
  await target.warmUp();
  const warmedUp = target.statistics();
  const underWay = ['echo', 'throw', 'exit', 'sleep'].map((what) => target.invoke({ do: what, millis: 60_000 }));
  const whileBusy = target.statistics();

  await Promise.allSettled(underWay);

  const none = { invocations: 0, errors: 0, timeouts: 0, p50Millis: undefined };
  expect(warmedUp).toMatchObject({ environments: 1, busyEnvironments: 0, waiting: 0, coldStarts: 1, ...none });
  expect(whileBusy).toMatchObject({ environments: 2, busyEnvironments: 2, waiting: 2 });
  expect(target.statistics()).toEqual({
    environments: 2,
    busyEnvironments: 0,
    maxEnvironments: 2,
    waiting: 0,
    coldStarts: 2,
    invocations: 4,
    errors: 3,
    timeouts: 1,
    p50Millis: expect.any(Number),
    maxMemoryUsedMB: expect.any(Number),
    memoryMB: 512,
  });
  expect(target.statistics().maxMemoryUsedMB).toBeGreaterThan(20);
});

test('passes on what the function writes, line by line', async () => {
  await start().invoke({ do: 'log' });

  await expect.poll(() => logs.toSorted()).toEqual(['to stderr', 'to stdout']);
});

describe('an invocation that fails', () => {
  test('reports what the handler threw, and keeps the environment', async () => {
    const target = start();
    const { born } = await echo(target);

    await expect(target.invoke({ do: 'throw' })).rejects.toMatchObject({ errorType: 'TypeError', message: 'a defect' });
    expect(await echo(target)).toMatchObject({ born, invocations: 3 });
  });

  test.each([
    ['ends the process', { do: 'exit' }, 'Runtime.ExitError', 'exit status 3'],
    ['runs out of time', { do: 'sleep', millis: 60_000 }, 'Sandbox.Timedout', 'Task timed out after 2.00 seconds'],
    ['blocks the event loop', { do: 'spin' }, 'Sandbox.Timedout', 'Task timed out after 2.00 seconds'],
  ])(
    '%s: the caller gets an error, and the next invocation has a new environment',
    async (_, event, errorType, message) => {
      const target = start({ timeoutSeconds: TIMEOUT_SECONDS, maxEnvironments: 1 });
      const { born } = await echo(target);

      await expect(target.invoke(event)).rejects.toMatchObject({
        errorType,
        message: expect.stringContaining(message),
      });

      const next = await echo(target);
      expect(next.born).not.toBe(born);
      expect(next.invocations).toBe(1);
    },
  );

  test('does not block those that wait in line', async () => {
    const target = start({ maxEnvironments: 1 });

    const results = await Promise.allSettled([
      target.invoke({ do: 'exit' }),
      target.invoke({ do: 'throw' }),
      target.invoke({ do: 'echo' }),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });
});

test('reports a module that cannot be loaded, to everyone who waits', async () => {
  await writeFile(join(directory, 'index.mjs'), 'throw new RangeError("no settings")');
  const target = start({ maxEnvironments: 1 });

  const results = await Promise.allSettled([target.invoke({}), target.invoke({})]);

  expect(results).toMatchObject([
    { reason: { errorType: 'RangeError', message: 'no settings' } },
    { reason: { errorType: 'RangeError', message: 'no settings' } },
  ]);
});

test('runs new code after replaceEnvironments, and lets a running invocation finish', async () => {
  const target = start();
  const { born } = await echo(target);
  const running = target.invoke({ do: 'sleep', millis: 200 });
  await writeFile(join(directory, 'index.mjs'), 'export const handler = async () => "new code";');

  target.replaceEnvironments();

  expect((await target.invoke({})).payload).toBe('new code');
  expect((await running).payload).toEqual({ born });
  expect((await target.invoke({})).payload).toBe('new code');
});

test('stops with invocations under way and in line, and refuses new ones', async () => {
  const target = start({ maxEnvironments: 1 });
  await echo(target);
  const underWay = [target.invoke({ do: 'sleep', millis: 60_000 }), target.invoke({ do: 'echo' })];
  const settled = Promise.allSettled(underWay);

  await target.stop();

  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(target.invoke({ do: 'echo' })).rejects.toThrow('has been stopped');
});
