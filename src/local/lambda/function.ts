/**
 * A Lambda function: as many execution environments as there are concurrent invocations, up to a limit. Beyond it,
 * invocations wait in line; in AWS they would be throttled only at the account's or the function's own limit.
 */
import {
  type ExecutionEnvironment,
  type FunctionConfiguration,
  type InvocationResult,
  startExecutionEnvironment,
} from './execution-environment.js';

export interface LocalFunctionOptions extends FunctionConfiguration {
  /** Each is a process of about 60 MB. @default 4 */
  maxEnvironments?: number;
}

export interface LocalInvocationResult extends InvocationResult {
  /** Set when the invocation had to wait for a new environment. */
  initMillis: number | undefined;
}

export interface LocalFunction {
  /** @throws FunctionError */
  invoke(event: unknown): Promise<LocalInvocationResult>;
  /** Starts one environment ahead of the first invocation, which waits for it. A failure shows at that invocation. */
  warmUp(): Promise<void>;
  /** New code: environments that are busy finish their invocation, then all start afresh. */
  replaceEnvironments(): void;
  stop(): Promise<void>;
}

const DEFAULT_MAX_ENVIRONMENTS = 4;

export function createLocalFunction(options: LocalFunctionOptions): LocalFunction {
  const maxEnvironments = options.maxEnvironments ?? DEFAULT_MAX_ENVIRONMENTS;
  const all = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const warmingUp: Promise<ExecutionEnvironment>[] = [];
  const waiting: ((environment: ExecutionEnvironment | undefined) => void)[] = [];
  let starting = 0;
  let generation = 0;
  const generationOf = new WeakMap<ExecutionEnvironment, number>();
  const starts = new Set<Promise<unknown>>();
  let stopped = false;

  const start = async (): Promise<ExecutionEnvironment> => {
    starting += 1;
    const started = startExecutionEnvironment(options);
    starts.add(started);
    try {
      const environment = await started;
      all.add(environment);
      generationOf.set(environment, generation);
      void environment.ended.then(() => retire(environment));
      return environment;
    } finally {
      starting -= 1;
      starts.delete(started);
      // Should it have failed, the place is free for the next in line, who reports the failure to their own caller.
      if (all.size + starting < maxEnvironments) waiting.shift()?.(undefined);
    }
  };

  const retire = (environment: ExecutionEnvironment) => {
    all.delete(environment);
    const index = idle.indexOf(environment);
    if (index >= 0) idle.splice(index, 1);
    // Somebody in line may now start an environment of their own.
    waiting.shift()?.(undefined);
  };

  const isUsable = (environment: ExecutionEnvironment) =>
    all.has(environment) && generationOf.get(environment) === generation;

  const release = (environment: ExecutionEnvironment) => {
    if (!isUsable(environment)) {
      void environment.stop();
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
      if (all.size + starting < maxEnvironments) return { environment: await start(), cold: true };
      const handedOver = await new Promise<ExecutionEnvironment | undefined>((resolve) => waiting.push(resolve));
      if (handedOver !== undefined) return { environment: handedOver, cold: false };
    }
  };

  return {
    async invoke(event) {
      const { environment, cold } = await acquire();
      try {
        return { ...(await environment.invoke(event)), initMillis: cold ? environment.initMillis : undefined };
      } finally {
        release(environment);
      }
    },

    async warmUp() {
      const warming = start();
      warmingUp.push(warming);
      const environment = await warming.catch(() => undefined);
      const index = warmingUp.indexOf(warming);
      // Whoever was quick enough to claim it, or to be told that it failed, has taken it from the list.
      if (index < 0) return;
      warmingUp.splice(index, 1);
      if (environment !== undefined) release(environment);
    },

    replaceEnvironments() {
      generation += 1;
      for (const environment of idle.splice(0)) void environment.stop();
    },

    async stop() {
      stopped = true;
      generation += 1;
      for (const wake of waiting.splice(0)) wake(undefined);
      await Promise.allSettled(starts);
      await Promise.all([...all].map((environment) => environment.stop()));
    },
  };
}
