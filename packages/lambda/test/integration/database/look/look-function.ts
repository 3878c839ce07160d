/** Invokes the bundle of orders-api, as it is deployed, with the client context that asks, in an environment with one thing wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionEnvironment, type LocalDatabase } from '@vpc-postgres/local-stack/function-environment.js';
import { buildFunctions, type LocalFunctions } from '@vpc-postgres/local-stack/functions.js';
import { createLocalFunction } from '@vpc-postgres/local-stack/lambda/function.js';
import { defineTestFunction } from '@vpc-postgres/testing/support/function-definition.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { lookQuestion } from '../../../../src/database/look/question.js';
import type { LookReport } from '../../../../src/database/look/report.js';

const PROJECT = join(import.meta.dirname, '../../../../../testing/app');
const FUNCTION = 'orders-api';

/** What is wrong in the function's environment, and the time that the function has. */
export type LookChanges = Partial<LocalDatabase> & { timeoutSeconds?: number };

/** Registers the hooks of a test file: one stack, one bundle. */
export function useLookFunction() {
  let stack: TestStack;
  let directory: string;
  let functions: LocalFunctions;
  const definition = defineTestFunction(PROJECT, FUNCTION);
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'look-'));
    stack = await startTestStack();
    functions = await buildFunctions({
      definitions: { [FUNCTION]: definition },
      directory,
      projectDirectory: PROJECT,
      watch: false,
      onBuild: () => {},
      onLog: () => {},
    });
  });
  afterAll(async () => {
    await functions?.dispose();
    await stack?.stop();
    await rm(directory, { recursive: true });
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** @returns what the function answers, as JSON, and what it logged. */
  async function invoke(
    { timeoutSeconds = definition.timeoutSeconds, ...changes }: LookChanges,
    event: unknown,
    clientContext?: unknown,
  ): Promise<{ payload: unknown; log: string }> {
    const lines: string[] = [];
    const fn = createLocalFunction({
      ...definition,
      timeoutSeconds,
      directory: join(directory, FUNCTION),
      region: stack.access.region,
      environment: functionEnvironment(definition, { ...stack.access, ...changes }),
      onLog: (line) => lines.push(line),
    });
    try {
      const { payload } = await fn.invoke(event, clientContext);
      return { payload, log: lines.join('\n') };
    } finally {
      await fn.stop();
    }
  }

  return {
    get stack() {
      return stack;
    },
    get directory() {
      return directory;
    },
    invoke,
    look: async (changes: LookChanges = {}, sentAt = new Date()) =>
      (await invoke(changes, null, lookQuestion({ sentAt }))).payload as LookReport,
    /** Called after the test, the last one first. */
    onEnd: (end: () => unknown) => void ends.push(end),
    /** A port of this machine on which connections are handled so. */
    async listen(onConnection: (socket: Socket) => void): Promise<number> {
      const sockets = new Set<Socket>();
      const server: Server = createServer((socket) => {
        sockets.add(socket.on('error', () => {}));
        onConnection(socket);
      });
      await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
      ends.push(async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      });
      return (server.address() as { port: number }).port;
    },
  };
}
