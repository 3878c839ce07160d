/** Structured logs: one JSON object a line, for CloudWatch Logs Insights. Never arguments, tokens or whole events. */
import { DatabaseError, databaseErrorLogFields, isPostgresError, toDatabaseError } from '../database/errors.js';
import { CommittedError } from '../database/retry.js';
import { ClientError } from './client-error.js';

export type LogLevel = 'info' | 'error';
export type Log = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;

/** Writes to standard output, where Lambda picks it up. */
export const logJson: Log = (level, message, fields) => {
  process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
};

export function errorLogFields(error: unknown): Record<string, unknown> {
  // A client error's message may quote what the caller sent; its type is in the line already.
  if (error instanceof ClientError) return {};
  if (error instanceof CommittedError) return { ...errorLogFields(error.cause), committed: true };
  if (error instanceof DatabaseError || isPostgresError(error)) return databaseErrorLogFields(toDatabaseError(error));
  if (error instanceof Error) return { error: error.name, errorMessage: error.message, stack: error.stack };
  return { error: typeof error };
}
