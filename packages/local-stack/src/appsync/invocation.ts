/** Invokes a resolver's Lambda as AppSync does: returns its result, its failure or a timeout. */
import { fieldError } from './errors.js';
import type { AppSyncEvent } from './event.js';

/** Runs a function and gives what it returned; rejects with the `errorMessage` of a function that failed. */
export type Invoke = (functionName: string, event: AppSyncEvent) => Promise<unknown>;

/** The same, with the time by which a request must have been answered, on the clock of performance.now(). */
export type InvokeBefore = (functionName: string, event: AppSyncEvent, deadlineMillis: number) => Promise<unknown>;

/** A failing function is `Lambda:Unhandled` with its message; one that is too slow is left to itself. */
export function withDeadline(invoke: Invoke): InvokeBefore {
  return async (functionName, event, deadlineMillis) => {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const fail = () => reject(fieldError('ExecutionTimeout', 'Execution timed out.'));
      timer = setTimeout(fail, deadlineMillis - performance.now());
    });
    const failed = (error: unknown) => {
      throw fieldError('Lambda:Unhandled', error instanceof Error ? error.message : String(error));
    };
    try {
      return await Promise.race([invoke(functionName, event).catch(failed), timeout]);
    } finally {
      clearTimeout(timer);
    }
  };
}
