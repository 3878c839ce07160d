import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalStack, startLocalStack } from '../../src/stack.js';

/** With none of the callbacks: what the stack tells of itself must not depend on somebody who listens. */
let stack: LocalStack;
let stateDirectory: string;

beforeAll(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'stack-'));
  stack = await startLocalStack({ app: localApp, stateDirectory, port: 0, proxyPort: 0, sampleData: true });
});
afterAll(async () => {
  await stack?.stop();
  await rm(stateDirectory, { recursive: true });
});

test('GET /api/stack counts the sample data as requests, and has the hops of each', async () => {
  const read = async () => (await (await fetch(`${stack.url}/api/stack`)).json()) as Record<string, unknown>;
  await expect.poll(async () => (await read()).requests).toHaveLength(localApp.newData.length);

  expect(await read()).toMatchObject({
    startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    appSync: { requests: localApp.newData.length, errors: 0, p50Millis: expect.any(Number) },
    functions: {
      [String(stack.functionNames)]: { invocations: localApp.newData.length, coldStarts: 1, environments: 1 },
    },
    proxy: { databaseConnections: { allowed: 97 } },
    faults: { latencyMillis: 0 },
    pins: [],
    requests: localApp.newData.toReversed().map(({ username }) => ({
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      username,
      invocations: [{ totalMillis: expect.any(Number), database: { queryMillis: expect.any(Number) } }],
    })),
  });
});

test('a function that the schema names and the list does not have is refused before anything starts', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stack-'));
  const sdl = localApp.schema.transform().schema.replaceAll('"orders-api"', '"order-api"');
  const app = { ...localApp, schema: { transform: () => ({ schema: sdl }) } };
  const steps: string[] = [];
  const start = startLocalStack({
    app,
    stateDirectory: directory,
    port: 0,
    proxyPort: 0,
    onProgress: (step) => steps.push(step),
  });

  await expect(start).rejects.toThrow(
    "amplify/data/schema.ts names 'order-api' in a.handler.function, and amplify/functions/functions.ts lists 'orders-api'.",
  );
  expect(steps).toEqual([]);
  await rm(directory, { recursive: true });
});
