/**
 * The last requests with the milliseconds of each hop, and figures over all of them: what a console draws. No argument, no
 * row and no token is kept.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestRecord } from './appsync/endpoint.js';
import type { LocalInvocation } from './functions.js';
import { FunctionError } from './lambda/function-error.js';
import type { InvocationLog } from './lambda/invocation-logs.js';
import { RecentDurations } from './recent-durations.js';

/** Requests remembered. */
const MAX_KEPT = 100;

/** One invocation of a function, for one field of a request. */
export interface InvocationTrace {
  functionName: string;
  fieldName: string;
  /** Lambda's `awsRequestId`; undefined when there was no invocation, as before a timeout of AppSync. */
  requestId: string | undefined;
  /** When it began, in milliseconds since the request did. */
  startMillis: number;
  /** All of it: waiting for an environment, INIT, and the handler. */
  totalMillis: number;
  /** Of which: the INIT phase of a new environment; undefined when there was one. */
  initMillis: number | undefined;
  /** Of which: the invocation itself, Lambda's Duration. For one that failed, all of it. */
  millis: number;
  /** Lambda's `errorType` of an invocation that failed. */
  errorType: string | undefined;
  /** What the function says of its database: connecting and querying. Undefined when it wrote nothing. */
  log: Promise<InvocationLog | undefined>;
}

/** A request that has been answered, hop by hop. */
export interface RequestTrace extends RequestRecord {
  /** Counts up from 1. */
  id: number;
  /** ISO 8601. */
  startedAt: string;
  invocations: readonly (Omit<InvocationTrace, 'log'> & { database: InvocationLog | undefined })[];
}

/** Counted since the start; the median is that of the last 500 requests. */
export interface RequestStatistics {
  requests: number;
  /** Requests with an error in their answer, refused ones too. */
  errors: number;
  p50Millis: number | undefined;
}

interface OpenRequest {
  startedAt: Date;
  startMillis: number;
  invocations: InvocationTrace[];
}

export class RequestTraces {
  readonly #open = new AsyncLocalStorage<OpenRequest>();
  readonly #kept: RequestTrace[] = [];
  readonly #durations = new RecentDurations();
  #requests = 0;
  #errors = 0;

  /** Runs what answers one request; invocations within it are its hops. */
  run<Result>(answer: () => Result): Result {
    return this.#open.run({ startedAt: new Date(), startMillis: performance.now(), invocations: [] }, answer);
  }

  /** Measures an invocation, for the request that is being answered. */
  async invoke(
    functionName: string,
    fieldName: string,
    invoke: () => Promise<LocalInvocation>,
  ): Promise<LocalInvocation> {
    const open = this.#open.getStore();
    const startedMillis = performance.now();
    const add = (
      outcome: Pick<InvocationTrace, 'requestId' | 'initMillis' | 'errorType' | 'log'> & { millis?: number },
    ) => {
      const totalMillis = performance.now() - startedMillis;
      const startMillis = startedMillis - (open?.startMillis ?? startedMillis);
      open?.invocations.push({ functionName, fieldName, startMillis, totalMillis, millis: totalMillis, ...outcome });
    };
    try {
      const invocation = await invoke();
      const { requestId, initMillis, millis, log } = invocation;
      add({ requestId, initMillis, millis, log, errorType: undefined });
      return invocation;
    } catch (error) {
      const { errorType, requestId } =
        error instanceof FunctionError ? error : { errorType: 'Unknown', requestId: undefined };
      add({ requestId, initMillis: undefined, errorType, log: Promise.resolve(undefined) });
      throw error;
    }
  }

  /** The request that is being answered has been. Gives its invocations, in the order in which they ended. */
  finish(record: RequestRecord): readonly InvocationTrace[] {
    this.#requests += 1;
    if (record.errorTypes.length > 0) this.#errors += 1;
    this.#durations.add(record.millis);
    const open = this.#open.getStore();
    if (open !== undefined) void this.#keep(this.#requests, record, open);
    return open?.invocations ?? [];
  }

  /** The last 100 requests, the newest first. */
  recent(): readonly RequestTrace[] {
    return [...this.#kept];
  }

  statistics(): RequestStatistics {
    return { requests: this.#requests, errors: this.#errors, p50Millis: this.#durations.p50Millis };
  }

  /** A function's log line comes a moment after its answer; the trace is shown when it is whole. */
  async #keep(id: number, record: RequestRecord, { startedAt, invocations }: OpenRequest): Promise<void> {
    const whole = await Promise.all(
      invocations.map(async ({ log, ...invocation }) => ({ ...invocation, database: await log })),
    );
    this.#kept.push({ ...record, id, startedAt: startedAt.toISOString(), invocations: whole });
    this.#kept.sort((left, right) => right.id - left.id).splice(MAX_KEPT);
  }
}
