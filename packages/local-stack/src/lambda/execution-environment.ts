/**
 * One Lambda execution environment: INIT, then one invocation at a time, frozen in between. When its runtime crashes or
 * runs out of time it is reset, and the next invocation initializes it again, on that invocation's own time.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { FunctionConfiguration } from './function-configuration.js';
import { type FunctionError, runtimeExited, timedOut } from './function-error.js';
import { endLine, failureLines, initReportLine, type PlatformFailure, reportLine, startLine } from './platform-log.js';
import { type Failure, type PhaseOutcome, type Runtime, startRuntime } from './runtime.js';

/** Lambda's limit for the INIT phase, whatever the function's own timeout. */
const INIT_LIMIT_MILLIS = 10_000;

export interface InvocationResult {
  requestId: string;
  payload: unknown;
  /** From the event to the answer; with the INIT phase, where the environment had been reset. */
  millis: number;
}

export interface ExecutionEnvironment {
  /** Milliseconds of the INIT phase; undefined before it, and when it failed. */
  readonly initMillis: number | undefined;
  /**
   * The INIT phase. Call it once, and first. It resolves whether it went well or not: if not, the first invocation tries
   * again, and reports what is wrong.
   */
  initialize(): Promise<void>;
  /**
   * @param clientContext As Lambda's Invoke takes it, without the Base64. @default - none, as from AppSync
   * @throws FunctionError when the handler throws, runs out of time, or ends the process.
   */
  invoke(event: unknown, clientContext?: unknown): Promise<InvocationResult>;
  /** The most that any of its runtimes has used, in MB. */
  maxMemoryUsedMB(): number;
  /** Ends it at once, whatever it is doing. */
  stop(): Promise<void>;
}

/** An invocation that is over. */
interface Finished {
  outcome: PhaseOutcome;
  /** What ended the runtime; undefined when it lives on. */
  failure: Failure | undefined;
  millis: number;
}

export function createExecutionEnvironment(configuration: FunctionConfiguration): ExecutionEnvironment {
  const { name, region, timeoutSeconds, memoryMB, onPlatformLog = () => {} } = configuration;
  const functionArn = `arn:aws:lambda:${region}:000000000000:function:${name}`;
  let runtime: Runtime | undefined;
  let underWay: Promise<unknown> = Promise.resolve();
  let stopped = false;
  let initMillis: number | undefined;
  let unreportedInitMillis: number | undefined;
  let peakMB = 0;

  const measureMemory = () => {
    peakMB = Math.max(peakMB, runtime?.maxMemoryUsedMB() ?? 0);
    return peakMB;
  };

  const reset = async () => {
    measureMemory();
    const ending = runtime;
    runtime = undefined;
    await ending?.stop();
  };

  const start = async (phase: 'init' | 'invoke', limitMillis: number): Promise<Runtime | Failure> => {
    const startedAt = performance.now();
    const starting = await startRuntime(configuration);
    runtime = starting;
    // Stopped in the meantime: nobody but us knows of the process.
    if (stopped) await reset();
    const outcome = await starting.initialize(limitMillis);
    if (outcome.kind === 'done') return starting;
    if (!stopped) onPlatformLog(initReportLine(performance.now() - startedAt, phase, describeFailure(outcome)));
    await reset();
    return outcome;
  };

  const run = async (requestId: string, event: unknown, clientContext: unknown): Promise<Finished> => {
    const startedAt = performance.now();
    const elapsedMillis = () => performance.now() - startedAt;
    const remainingMillis = () => timeoutSeconds * 1_000 - elapsedMillis();
    const deadlineMillis = Date.now() + timeoutSeconds * 1_000;

    const ready = runtime ?? (await start('invoke', timeoutSeconds * 1_000));
    if ('kind' in ready) return { outcome: ready, failure: ready, millis: elapsedMillis() };
    ready.thaw();
    const outcome = await ready.run(
      { requestId, event, clientContext, deadlineMillis, functionArn },
      remainingMillis(),
    );
    const millis = elapsedMillis();
    if (outcome.kind === 'timedOut' || outcome.kind === 'exited') return { outcome, failure: outcome, millis };
    const end = await ready.finish(remainingMillis());
    return { outcome, failure: end.kind === 'done' ? undefined : end, millis };
  };

  const invoke = async (event: unknown, clientContext: unknown): Promise<InvocationResult> => {
    const requestId = randomUUID();
    onPlatformLog(startLine(requestId));
    const { outcome, failure, millis } = await run(requestId, event, clientContext);
    const error = outcome.kind === 'done' ? undefined : toFunctionError(outcome, requestId, timeoutSeconds);
    // What the function has written comes through pipes of its own, which are read in the same turn as the answer.
    await setImmediate();
    if (failure !== undefined) {
      const cause = toFunctionError(failure, requestId, timeoutSeconds);
      for (const line of failureLines(requestId, cause, new Date())) onPlatformLog(line);
    }
    onPlatformLog(endLine(requestId));
    onPlatformLog(
      reportLine({
        requestId,
        durationMillis: millis,
        memorySizeMB: memoryMB,
        maxMemoryUsedMB: measureMemory(),
        initMillis: unreportedInitMillis,
        failure: failure && describeFailure(failure),
      }),
    );
    unreportedInitMillis = undefined;
    if (failure === undefined) runtime?.freeze();
    else await reset();
    if (outcome.kind === 'done') return { requestId, payload: outcome.payload, millis };
    if (error !== undefined) error.requestId = requestId;
    throw error;
  };

  return {
    get initMillis() {
      return initMillis;
    },

    maxMemoryUsedMB: measureMemory,

    async initialize() {
      const startedAt = performance.now();
      underWay = start('init', configuration.initLimitMillis ?? INIT_LIMIT_MILLIS);
      const ready = (await underWay) as Runtime | Failure;
      if ('kind' in ready) return;
      initMillis = performance.now() - startedAt;
      unreportedInitMillis = initMillis;
      measureMemory();
      ready.freeze();
    },

    async invoke(event, clientContext) {
      if (stopped) throw new Error('The execution environment has been stopped.');
      const invocation = invoke(event, clientContext);
      underWay = invocation;
      return invocation;
    },

    async stop() {
      stopped = true;
      await reset();
      await Promise.allSettled([underWay]);
    },
  };
}

function describeFailure(failure: Failure): PlatformFailure {
  if (failure.kind === 'timedOut') return { status: 'timeout' };
  const errorType = failure.kind === 'exited' ? 'Runtime.ExitError' : failure.error.errorType;
  return { status: 'error', errorType };
}

function toFunctionError(failure: Failure, requestId: string, timeoutSeconds: number): FunctionError {
  if (failure.kind === 'failed') return failure.error;
  return failure.kind === 'timedOut' ? timedOut(requestId, timeoutSeconds) : runtimeExited(requestId, failure.exit);
}
