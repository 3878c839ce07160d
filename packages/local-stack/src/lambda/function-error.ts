/** A function that failed, as Lambda reports it to its caller. */
import type { ProcessExit } from '../process-exit.js';

export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  /** Of the invocation that failed. */
  requestId: string | undefined;

  /**
   * @param errorType `errorType` of Lambda's error payload, for example Sandbox.Timedout or the name of the class thrown.
   */
  constructor(
    readonly errorType: string,
    message: string,
  ) {
    super(message);
  }
}

/** @param timeoutSeconds of the function's configuration */
export function timedOut(requestId: string, timeoutSeconds: number): FunctionError {
  const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return new FunctionError('Sandbox.Timedout', `RequestId: ${requestId} Error: ${message}`);
}

export function runtimeExited(requestId: string, exit: ProcessExit): FunctionError {
  return new FunctionError('Runtime.ExitError', `RequestId: ${requestId} Error: ${describeExit(exit)}`);
}

/** @param limitBytes the longest response that Lambda takes */
export function responseTooLarge(limitBytes: number): FunctionError {
  const message = `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`;
  return new FunctionError('Function.ResponseSizeTooLarge', message);
}

function describeExit({ code, signal }: ProcessExit): string {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`;
  return code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
}

/** As Lambda spells them. */
const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};
