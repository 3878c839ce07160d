/**
 * A Lambda function: as many execution environments as there are concurrent invocations, up to a limit. Beyond it,
 * invocations wait in line; in AWS they would be throttled only at the account's or the function's own limit.
 */
import { RecentDurations } from '../recent-durations.js';
import {
  createExecutionEnvironment,
  type ExecutionEnvironment,
  type InvocationResult,
} from './execution-environment.js';
import type { FunctionConfiguration } from './function-configuration.js';
import { FunctionError } from './function-error.js';

export interface LocalFunctionOptions extends FunctionConfiguration {
  /** Each is a process of about 60 MB, which serves one invocation at a time. 1 or more. @default 4 */
  maxEnvironments?: number;
}

export interface LocalInvocationResult extends InvocationResult {
  /** Set when the invocation had to wait for a new environment: milliseconds of its INIT phase. */
  initMillis: number | undefined;
}

/** Counted since the start; durations are those of the last 500 invocations. */
export interface FunctionStatistics {
  /** Environments that there are, and of those the busy ones: in their INIT phase or serving an invocation. */
  environments: number;
  busyEnvironments: number;
  maxEnvironments: number;
  /** Invocations that wait for an environment. */
  waiting: number;
  /** INIT phases of new environments, failed ones too. */
  coldStarts: number;
  invocations: number;
  /** Invocations that failed: the handler threw, ran out of time, or ended the process. */
  errors: number;
  /** Of those, the ones that ran out of time. */
  timeouts: number;
  p50Millis: number | undefined;
  /** The most that any environment has used. */
  maxMemoryUsedMB: number;
  memoryMB: number;
}

export interface LocalFunction {
  /**
   * @param clientContext As Lambda's Invoke takes it, without the Base64. @default - none, as from AppSync
   * @throws FunctionError
   */
  invoke(event: unknown, clientContext?: unknown): Promise<LocalInvocationResult>;
  /** Starts one environment ahead of the first invocation, which waits for it. A failure shows at that invocation. */
  warmUp(): Promise<void>;
  /** New code, or another configuration: environments that are busy finish their invocation, then all start afresh. */
  replaceEnvironments(changed?: Partial<FunctionConfiguration>): void;
  statistics(): FunctionStatistics;
  stop(): Promise<void>;
}

const DEFAULT_MAX_ENVIRONMENTS = 4;

export function createLocalFunction(options: LocalFunctionOptions): LocalFunction {
  let configuration: FunctionConfiguration = options;
  const maxEnvironments = options.maxEnvironments ?? DEFAULT_MAX_ENVIRONMENTS;
  const all = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const warmingUp: Promise<ExecutionEnvironment>[] = [];
  const waiting: ((environment: ExecutionEnvironment | undefined) => void)[] = [];
  let generation = 0;
  const generationOf = new WeakMap<ExecutionEnvironment, number>();
  const durations = new RecentDurations();
  const counts = { coldStarts: 0, invocations: 0, errors: 0, timeouts: 0 };
  let maxMemoryUsedMB = 0;
  let stopped = false;

  const start = async (): Promise<ExecutionEnvironment> => {
    const environment = createExecutionEnvironment(configuration);
    all.add(environment);
    generationOf.set(environment, generation);
    counts.coldStarts += 1;
    try {
      await environment.initialize();
      return environment;
    } catch (error) {
      // It could not even be started: the place is free for the next in line.
      await retire(environment);
      throw error;
    }
  };

  const retire = async (environment: ExecutionEnvironment): Promise<void> => {
    all.delete(environment);
    // Somebody in line may now start an environment of their own.
    waiting.shift()?.(undefined);
    await environment.stop();
  };

  const release = (environment: ExecutionEnvironment) => {
    maxMemoryUsedMB = Math.max(maxMemoryUsedMB, environment.maxMemoryUsedMB());
    if (stopped || generationOf.get(environment) !== generation) {
      void retire(environment);
      return;
    }
    const next = waiting.shift();
    if (next !== undefined) next(environment);
    else idle.push(environment);
  };

  const acquire = async (): Promise<{ environment: ExecutionEnvironment; cold: boolean }> => {
    for (;;) {
      if (stopped) throw new Error('The local function has been stopped.');
      const free = idle.pop();
      if (free !== undefined) return { environment: free, cold: false };
      const warming = warmingUp.shift();
      if (warming !== undefined) return { environment: await warming, cold: true };
      if (all.size < maxEnvironments) return { environment: await start(), cold: true };
      const handedOver = await new Promise<ExecutionEnvironment | undefined>((resolve) => waiting.push(resolve));
      if (handedOver !== undefined) return { environment: handedOver, cold: false };
    }
  };

  const count = (error: unknown) => {
    counts.errors += 1;
    if (error instanceof FunctionError && error.errorType === 'Sandbox.Timedout') counts.timeouts += 1;
  };

  return {
    async invoke(event, clientContext) {
      const { environment, cold } = await acquire();
      counts.invocations += 1;
      try {
        const result = await environment.invoke(event, clientContext);
        durations.add(result.millis);
        return { ...result, initMillis: cold ? environment.initMillis : undefined };
      } catch (error) {
        count(error);
        throw error;
      } finally {
        release(environment);
      }
    },

    async warmUp() {
      const warming = start();
      warmingUp.push(warming);
      const environment = await warming.catch(() => undefined);
      const index = warmingUp.indexOf(warming);
      // The invocation that claimed it has taken it from the list.
      if (index < 0) return;
      warmingUp.splice(index, 1);
      if (environment !== undefined) release(environment);
    },

    replaceEnvironments(changed = {}) {
      configuration = { ...configuration, ...changed };
      generation += 1;
      for (const environment of idle.splice(0)) void retire(environment);
    },

    statistics() {
      const environments = all.size;
      return {
        environments,
        busyEnvironments: environments - idle.length,
        maxEnvironments,
        waiting: waiting.length,
        ...counts,
        p50Millis: durations.p50Millis,
        maxMemoryUsedMB,
        memoryMB: configuration.memoryMB,
      };
    },

    async stop() {
      stopped = true;
      generation += 1;
      for (const wake of waiting.splice(0)) wake(undefined);
      await Promise.all([...all].map((environment) => environment.stop()));
    },
  };
}
