import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { copyApp } from '@vpc-postgres/testing/support/app-copy.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLocalStack } from '../../src/stack.js';
import type { LocalStack } from '../../src/stack-options.js';

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
    amplify: { problem: null },
    functions: {
      [String(stack.functionNames)]: {
        database: true,
        invocations: localApp.newData.length,
        coldStarts: 1,
        environments: 1,
      },
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
  const copy = await copyApp();
  await copy.edit('src/orders/schema.ts', "'orders-api'", "'order-api'");
  const { app } = copy;
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
  await copy.remove();
  await rm(directory, { recursive: true });
});

test('a user of local.config.ts in a group that nobody can be in is refused before anything starts', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stack-'));
  const app = { ...localApp, users: [{ username: 'dora', groups: ['accounting'] }] };

  await expect(startLocalStack({ app, stateDirectory: directory, port: 0, proxyPort: 0 })).rejects.toThrow(
    "local.config.ts puts the user 'dora' into the group 'accounting', and amplify/auth/resource.ts has 'admins'.",
  );
  await rm(directory, { recursive: true });
});
