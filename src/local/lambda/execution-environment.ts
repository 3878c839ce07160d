/** One Lambda execution environment: a process that runs the bundle, and serves one invocation at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FunctionError } from './function-error.js';
import { type RuntimeApi, startRuntimeApi } from './runtime-api.js';

export interface FunctionConfiguration {
  name: string;
  /** Holds index.mjs and bootstrap.mjs. */
  directory: string;
  /** The function's own variables, as amplify/ sets them, and the credentials of its role. */
  environment: Readonly<Record<string, string>>;
  region: string;
  /** 1..900. After that the environment is killed, as Lambda does. */
  timeoutSeconds: number;
  memoryMB: number;
  /** One line of the function's output. */
  onLog: (line: string) => void;
}

export interface InvocationResult {
  requestId: string;
  payload: unknown;
  millis: number;
}

export interface ExecutionEnvironment {
  /** Milliseconds from spawn to the first request for an event. */
  readonly initMillis: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** @throws FunctionError when the handler throws, runs out of time, or ends the process. */
  invoke(event: unknown): Promise<InvocationResult>;
  stop(): Promise<void>;
}

interface CurrentInvocation {
  requestId: string;
  resolve: (payload: unknown) => void;
  reject: (error: FunctionError) => void;
}

/** @throws FunctionError when the module cannot be loaded. */
export async function startExecutionEnvironment(configuration: FunctionConfiguration): Promise<ExecutionEnvironment> {
  const start = performance.now();
  let current: CurrentInvocation | undefined;
  let initialized: () => void = () => {};
  let failInit: (error: FunctionError) => void = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    initialized = resolve;
    failInit = reject;
  });
  let waitingForEvent: () => void = initialized;

  const api = await startRuntimeApi({
    onReady: () => waitingForEvent(),
    onInitError: (error) => failInit(error),
    onResult: (requestId, payload) => {
      if (current?.requestId === requestId) current.resolve(payload);
    },
    onFailure: (requestId, error) => {
      if (current?.requestId === requestId) current.reject(error);
    },
  });

  const child = spawnRuntime(configuration, api);
  const ended = once(child, 'close').then(async ([code, signal]) => {
    const error = new FunctionError('Runtime.ExitError', `Runtime exited with ${signal ?? `exit status ${code}`}.`);
    failInit(error);
    current?.reject(error);
    await api.close();
  });
  await ready;
  const initMillis = performance.now() - start;

  return {
    initMillis,
    ended,

    async invoke(event) {
      const requestId = randomUUID();
      const invocationStart = performance.now();
      const { timeoutSeconds, name, region } = configuration;
      const nextEvent = new Promise<void>((resolve) => {
        waitingForEvent = resolve;
      });
      const timer = setTimeout(() => {
        current?.reject(
          new FunctionError(
            'Sandbox.Timedout',
            `${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
          ),
        );
        child.kill('SIGKILL');
      }, timeoutSeconds * 1_000);
      try {
        const payload = await new Promise<unknown>((resolve, reject) => {
          current = { requestId, resolve, reject };
          api.deliver({
            requestId,
            event,
            deadlineMillis: Date.now() + timeoutSeconds * 1_000,
            functionArn: `arn:aws:lambda:${region}:000000000000:function:${name}`,
          });
        });
        const millis = performance.now() - invocationStart;
        // The environment is free again once the runtime has asked for its next event.
        await Promise.race([nextEvent, ended]);
        return { requestId, payload, millis };
      } catch (error) {
        // After an error that the handler threw, the environment lives on; after a kill or an exit it is gone.
        await Promise.race([nextEvent, ended]);
        throw error;
      } finally {
        clearTimeout(timer);
        current = undefined;
      }
    },

    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function spawnRuntime(configuration: FunctionConfiguration, api: RuntimeApi): ChildProcess {
  const { directory, name, region, memoryMB, environment, onLog } = configuration;
  const child = spawn(process.execPath, [join(directory, 'bootstrap.mjs')], {
    cwd: directory,
    // stdin stays open for as long as we live: its end tells the process that we are gone.
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C goes to the starter alone, which then stops everything in order.
    detached: true,
    // Nothing of the developer's own environment reaches the function.
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      LAMBDA_TASK_ROOT: directory,
      _HANDLER: 'index.handler',
      ...environment,
    },
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', onLog);
  }
  return child;
}
