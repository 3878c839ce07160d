/** A runtime: one process that has the function's code, and the Runtime API that it talks to. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ProcessExit } from '../process-exit.js';
import type { FunctionConfiguration } from './function-configuration.js';
import type { FunctionError } from './function-error.js';
import { maxMemoryUsedMB } from './memory.js';
import { type Invocation, startRuntimeApi } from './runtime-api.js';
import { spawnRuntimeProcess } from './runtime-process.js';

/** Why a phase did not end well. */
export type Failure =
  /** The function reported an error of its own. */
  | { kind: 'failed'; error: FunctionError }
  | { kind: 'exited'; exit: ProcessExit }
  /** The process has been killed. */
  | { kind: 'timedOut' };

/** How a phase ended. */
export type PhaseOutcome = { kind: 'done'; payload: unknown } | Failure;

export interface Runtime {
  /**
   * Waits until the runtime asks for its first event: its INIT phase is over.
   * @param limitMillis after which the process is killed
   */
  initialize(limitMillis: number): Promise<PhaseOutcome>;
  /**
   * Hands it an event, and waits for the answer.
   * @param limitMillis after which the process is killed
   */
  run(invocation: Invocation, limitMillis: number): Promise<PhaseOutcome>;
  /**
   * Waits until it asks for its next event: only then the INVOKE phase is over.
   * @param limitMillis after which the process is killed
   */
  finish(limitMillis: number): Promise<PhaseOutcome>;
  /** Largest so far, in MB. */
  maxMemoryUsedMB(): number;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const DONE: PhaseOutcome = { kind: 'done', payload: undefined };

export async function startRuntime(configuration: FunctionConfiguration): Promise<Runtime> {
  const asked = resettable();
  const answered = resettable();
  let requestId: string | undefined;

  const api = await startRuntimeApi({
    onReady: () => asked.resolve(DONE),
    onInitError: (error) => {
      // After INIT it is nothing that a runtime does, but the function's code can.
      if (requestId === undefined) asked.resolve({ kind: 'failed', error });
    },
    onResult: (id, payload) => {
      if (id === requestId) answered.resolve({ kind: 'done', payload });
    },
    onFailure: (id, error) => {
      if (id === requestId) answered.resolve({ kind: 'failed', error });
    },
  });
  const bootstrap = spawnRuntimeProcess([process.execPath, join(configuration.directory, 'bootstrap.mjs')], {
    directory: configuration.directory,
    environment: runtimeEnvironment(configuration, api.address),
  });
  for (const stream of bootstrap.output) createInterface({ input: stream }).on('line', configuration.onLog);
  const exited = bootstrap.exited.finally(() => api.close()).then((exit): PhaseOutcome => ({ kind: 'exited', exit }));
  let hasExited = false;
  let onExited = () => {};
  const tellPhase = () => {
    hasExited = true;
    onExited();
  };
  // Each phase passes on that the process could not be started.
  exited.then(tellPhase, tellPhase);

  let peakMB = 0;
  const measureMemory = () => {
    const measuredMB = bootstrap.id === undefined ? undefined : maxMemoryUsedMB(bootstrap.id);
    peakMB = Math.max(peakMB, measuredMB ?? 0);
    return peakMB;
  };

  /** Not by Promise.race, which would keep every phase, and who asked for it, until the process has ended. */
  const waitFor = async (awaited: Promise<PhaseOutcome>, limitMillis: number): Promise<PhaseOutcome> => {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        timer = setTimeout(() => {
          // While there is something to measure.
          measureMemory();
          resolve({ kind: 'timedOut' });
          bootstrap.kill();
        }, limitMillis);
        awaited.then(resolve);
        onExited = () => exited.then(resolve, reject);
        if (hasExited) onExited();
      });
    } finally {
      clearTimeout(timer);
      onExited = () => {};
    }
  };

  return {
    initialize: (limitMillis) => waitFor(asked.promise(), limitMillis),

    run(invocation, limitMillis) {
      requestId = invocation.requestId;
      asked.reset();
      answered.reset();
      api.deliver(invocation);
      return waitFor(answered.promise(), limitMillis);
    },

    finish: (limitMillis) => waitFor(asked.promise(), limitMillis),
    maxMemoryUsedMB: measureMemory,
    freeze: bootstrap.freeze,
    thaw: bootstrap.thaw,

    async stop() {
      bootstrap.kill();
      await exited;
    },
  };
}

/** A promise that can be made anew for the next invocation. */
function resettable(): { promise(): Promise<PhaseOutcome>; resolve(outcome: PhaseOutcome): void; reset(): void } {
  let resolveCurrent: (outcome: PhaseOutcome) => void = () => {};
  let current: Promise<PhaseOutcome>;
  const reset = () => {
    current = new Promise((resolve) => {
      resolveCurrent = resolve;
    });
  };
  reset();
  return { promise: () => current, resolve: (outcome) => resolveCurrent(outcome), reset };
}

/** Nothing of the developer's own environment reaches the function. */
function runtimeEnvironment(configuration: FunctionConfiguration, apiAddress: string): Record<string, string> {
  const { directory, name, region, memoryMB, environment } = configuration;
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_LAMBDA_RUNTIME_API: apiAddress,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[$LATEST]${randomBytes(16).toString('hex')}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    LAMBDA_TASK_ROOT: directory,
    _HANDLER: 'index.handler',
    ...environment,
  };
}
