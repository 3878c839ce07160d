/**
 * The function's bundle in a process that is not frozen and can be asked what it holds: it takes part in each fault, and
 * shows whether the handler leaves a timer or a socket behind.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { functionEnvironment } from '@vpc-postgres/local-stack/function-environment.js';
import type { ResolverEnvelope } from '../../src/graphql/envelope.js';
import type { FaultStack } from './fault-stack.js';
import type { TestContext } from './requests.js';

export interface HandlerProbe {
  /** Reads a known order, as its owner. @returns `data`, or the `errorType` */
  read(): Promise<string>;
  /** What would keep its process alive. @see https://nodejs.org/api/process.html#processgetactiveresourcesinfo */
  activeResources(): Promise<string[]>;
  stop(): Promise<void>;
}

export type ProbeQuestion = { id: string; event?: unknown; timeoutMillis: number };
export type ProbeResponse = { id: string; envelope?: ResolverEnvelope; resources: string[] };

const FUNCTION_NAME = 'orders-api';

export async function startHandlerProbe(stack: FaultStack, context: TestContext): Promise<HandlerProbe> {
  const bundle = join(stack.stateDirectory, 'functions', FUNCTION_NAME, 'index.mjs');
  const child = fork(join(import.meta.dirname, 'handler-probe.mjs'), [bundle], {
    env: {
      ...functionEnvironment({ environment: {}, database: true }, stack.access),
      AWS_REGION: stack.access.region,
      PATH: '/usr/bin:/bin',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Not what this process was started with: vitest adds some of its own.
    execArgv: [],
  });
  const timeoutMillis = (stack.amplifyApp().functions[FUNCTION_NAME]?.timeoutSeconds ?? Number.NaN) * 1_000;
  const waiting = new Map<string, (answer: ProbeResponse) => void>();
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`The handler's process ended: ${code ?? signal}.`)));
  });
  ended.catch(() => {});
  child.on('message', (answer: ProbeResponse) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ask = (event?: unknown) => Promise.race([ended, askOnce(child, waiting, event, timeoutMillis)]);
  const [order] = context.orders;
  const { sub } = await stack.userPool.verifyToken(await stack.userPool.issueToken({ username: 'reader' }));
  const event = {
    typeName: 'Query',
    fieldName: 'getOrder',
    arguments: { id: order?.id },
    identity: { sub, groups: null },
  };
  return {
    async read() {
      const { envelope } = await ask(event);
      if (envelope === undefined) return 'nothing';
      if ('error' in envelope) return envelope.error.type;
      return (envelope.data as { id?: string } | null)?.id === order?.id ? 'data' : 'wrong';
    },
    activeResources: async () => (await ask()).resources,
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await exited;
    },
  };
}

function askOnce(
  child: ChildProcess,
  waiting: Map<string, (answer: ProbeResponse) => void>,
  event: unknown,
  timeoutMillis: number,
): Promise<ProbeResponse> {
  const question: ProbeQuestion = {
    id: randomUUID(),
    timeoutMillis,
    ...(event !== undefined && { event }),
  };
  return new Promise((resolve) => {
    waiting.set(question.id, resolve);
    child.send(question);
  });
}
