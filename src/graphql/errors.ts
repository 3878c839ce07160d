/** The table from what goes wrong to what the client is told. */
import {
  ConstraintViolationError,
  DatabaseConflictError,
  DatabaseTimeoutError,
  DatabaseUnavailableError,
} from '../database/errors.js';
import { ClientError } from './client-error.js';
import type { ResolverError } from './envelope.js';

/**
 * @param reference Identifies the log line of this request. Given to the client with errors it can do nothing about.
 */
export function toResolverError(error: unknown, reference: string): ResolverError {
  if (error instanceof ClientError) {
    return { type: error.type, message: error.message, ...(error.info && { info: error.info }) };
  }
  if (error instanceof DatabaseUnavailableError) {
    return { type: 'DatabaseUnavailable', message: 'The database cannot be reached. Try again.', info: { reference } };
  }
  if (error instanceof DatabaseTimeoutError) {
    return { type: 'DatabaseTimeout', message: 'The database took too long.', info: { reference } };
  }
  if (error instanceof DatabaseConflictError) {
    return { type: 'Conflict', message: 'Another request changed the same data. Try again.', info: { reference } };
  }
  if (error instanceof ConstraintViolationError) {
    return { type: 'ConstraintViolation', message: 'The data breaks a rule of the database.', info: { reference } };
  }
  return { type: 'InternalError', message: 'Something went wrong on our side.', info: { reference } };
}

/** Errors that an operator must see at once, as opposed to what a caller did wrong. */
export function isOurFault(error: unknown): boolean {
  return !(error instanceof ClientError || error instanceof DatabaseConflictError);
}
