/**
 * The lines that Lambda itself writes into a function's log, in its plain-text format.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import type { FunctionError } from './function-error.js';

/** An invocation or an INIT phase that Lambda had to end. A handler that throws is none: the environment lives on. */
export type PlatformFailure = { status: 'timeout' } | { status: 'error'; errorType: string };

export interface InvocationReport {
  requestId: string;
  durationMillis: number;
  memorySizeMB: number;
  maxMemoryUsedMB: number;
  /** Of the INIT phase, for the first invocation of an environment. Billed too, since August 2025. */
  initMillis: number | undefined;
  failure: PlatformFailure | undefined;
}

export function startLine(requestId: string): string {
  return `START RequestId: ${requestId} Version: $LATEST`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

export function reportLine(report: InvocationReport): string {
  const { requestId, durationMillis, memorySizeMB, maxMemoryUsedMB, initMillis, failure } = report;
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMillis.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMillis + (initMillis ?? 0))} ms`,
    `Memory Size: ${memorySizeMB} MB`,
    `Max Memory Used: ${maxMemoryUsedMB} MB`,
    ...(initMillis === undefined ? [] : [`Init Duration: ${initMillis.toFixed(2)} ms`]),
    ...failureFields(failure),
  ].join('\t');
}

/** Written for an INIT phase that failed. @param phase `invoke` for the second attempt, within an invocation */
export function initReportLine(millis: number, phase: 'init' | 'invoke', failure: PlatformFailure): string {
  return [`INIT_REPORT Init Duration: ${millis.toFixed(2)} ms`, `Phase: ${phase}`, ...failureFields(failure)].join(
    '\t',
  );
}

/** What happened, in the words of the function's error: Lambda's older log format, which says more than a status. */
export function failureLines(requestId: string, { errorType, message }: FunctionError, now: Date): string[] {
  if (errorType !== 'Sandbox.Timedout') return [message, errorType];
  return [`${now.toISOString()} ${requestId} ${message.replace(/^.*? Error: /, '')}`];
}

function failureFields(failure: PlatformFailure | undefined): string[] {
  if (failure === undefined) return [];
  if (failure.status === 'timeout') return ['Status: timeout'];
  return ['Status: error', `Error Type: ${failure.errorType}`];
}
