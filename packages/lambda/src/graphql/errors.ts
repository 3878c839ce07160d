/** Maps each error to the `errorType` and message that the client gets. docs/errors.md has it for the authors of clients. */
import {
  ConstraintViolationError,
  DatabaseConflictError,
  DatabaseError,
  DatabaseTimeoutError,
  DatabaseUnavailableError,
} from '../database/errors.js';
import { InvalidIdentityError } from '../database/identity.js';
import { CommittedError } from '../database/retry.js';
import { ClientError, type InputProblem, InvalidInputError } from './client-error.js';
import type { ResolverError } from './envelope.js';

interface ErrorMapping {
  readonly error: abstract new (...args: never[]) => Error;
  /** `errorType` of the GraphQL response. */
  readonly type: string;
  readonly message: string;
  /** Whether the server is at fault and an operator must see it; false for what a caller did or can retry. */
  readonly isServerFault: boolean;
}

const UNAVAILABLE: ErrorMapping = {
  error: DatabaseUnavailableError,
  type: 'DatabaseUnavailable',
  message: 'The database cannot be reached. Try again.',
  isServerFault: true,
};

const TABLE: readonly ErrorMapping[] = [
  UNAVAILABLE,
  {
    error: DatabaseTimeoutError,
    type: 'DatabaseTimeout',
    message: 'The database took too long.',
    isServerFault: true,
  },
  {
    error: DatabaseConflictError,
    type: 'Conflict',
    message: 'Another request changed the same data. Try again.',
    isServerFault: false,
  },
  {
    error: ConstraintViolationError,
    type: 'ConstraintViolation',
    message: 'The data breaks a rule of the database.',
    isServerFault: true,
  },
  {
    error: CommittedError,
    type: 'InternalError',
    message: 'Your change was stored, and something went wrong on our side after it. Do not send it again.',
    isServerFault: true,
  },
  {
    error: InvalidIdentityError,
    type: 'Unauthenticated',
    message: 'Sign in as a user of the pool to use this operation.',
    isServerFault: false,
  },
];

/** Whatever the table does not know: its text might describe internals, and stays in the log. */
const UNKNOWN = { type: 'InternalError', message: 'Something went wrong on our side.', isServerFault: true };

export interface ErrorContext {
  /** Identifies the log line of this request. Given to the client with every error that is not its own. */
  requestId: string;
  /** What to say when a constraint of this name rejects a row. */
  constraints: Readonly<Record<string, InputProblem>>;
}

export function toResolverError(error: unknown, { requestId, constraints }: ErrorContext): ResolverError {
  const known = explainConstraint(error, constraints);
  if (known instanceof ClientError) {
    return { type: known.type, message: known.message, ...(known.info && { info: known.info }) };
  }
  const { type, message } = mappingOf(error);
  if (isOutcomeUnknown(error)) return { type, message: OUTCOME_UNKNOWN, info: { requestId, outcomeUnknown: true } };
  return { type, message, info: { requestId } };
}

/** Said in place of what the table says, some of which sounds as if nothing had been written. */
const OUTCOME_UNKNOWN =
  'The database did not confirm the end of the transaction: the write might have been committed. Check before you try again.';

export function isServerFault(error: unknown): boolean {
  return !(error instanceof ClientError) && mappingOf(error).isServerFault;
}

function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof DatabaseError && error.outcomeUnknown;
}

function mappingOf(error: unknown): Omit<ErrorMapping, 'error'> {
  if (isOutcomeUnknown(error) && !(error instanceof DatabaseTimeoutError)) return UNAVAILABLE;
  return TABLE.find((row) => error instanceof row.error) ?? UNKNOWN;
}

function explainConstraint(error: unknown, constraints: ErrorContext['constraints']): unknown {
  if (!(error instanceof ConstraintViolationError) || error.outcomeUnknown) return error;
  if (!Object.hasOwn(constraints, error.constraint)) return error;
  const problem = constraints[error.constraint];
  return problem === undefined ? error : new InvalidInputError([problem]);
}
