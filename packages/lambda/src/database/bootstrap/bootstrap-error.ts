/** Says why a database could not be prepared. Its message is PostgreSQL's, and never a statement: one holds verifiers. */
import { isPostgresError } from '../errors.js';

export class BootstrapError extends Error {
  override readonly name = 'BootstrapError';
}

/** @param doing What failed, as `create the database app`. */
export function toBootstrapError(doing: string, error: unknown): BootstrapError {
  if (error instanceof BootstrapError) return error;
  const { message } = error as Error;
  if (!isPostgresError(error)) return new BootstrapError(`Could not ${doing}: ${message}`);
  const { hint } = error as { hint?: string };
  return new BootstrapError(`Could not ${doing}: ${message} (${error.code})${hint === undefined ? '' : `\n\n${hint}`}`);
}
