/** Owns how a resolver's Lambda looks from AppSync: what it returned, why it failed, or that it took too long. */
import { fieldError } from './errors.js';
import type { AppSyncEvent } from './event.js';

type Invoke = (functionName: string, event: AppSyncEvent) => Promise<unknown>;

/**
 * A failing function is `Lambda:Unhandled` with its message; a slow one is left to itself.
 * @param limitMillis after which a field fails
 */
export function withinResolverLimit(invoke: Invoke, limitMillis: number): Invoke {
  return async (functionName, event) => {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const fail = () => reject(fieldError('ExecutionTimeout', 'Execution timed out.'));
      timer = setTimeout(fail, limitMillis);
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
