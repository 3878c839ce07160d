/** Owns AppSync's error shapes: of a request that is refused as a whole, and of a field that failed in an answer. */
import { GraphQLError, type SourceLocation } from 'graphql';
import { ScalarSerializationError } from './scalars.js';

/** One entry of `errors` in an answer. */
export interface FieldError {
  path: readonly (string | number)[] | null;
  data: null;
  errorType: string | null;
  errorInfo: unknown;
  locations: { line: number; column: number; sourceName: null }[] | null;
  message: string;
}

/**
 * The whole request is refused, with an HTTP status other than 200. The texts of 400 are those the AppSync team wrote
 * down in https://github.com/graphql/graphql-over-http/issues/81.
 */
export class RequestRefusedError extends Error {
  override readonly name = 'RequestRefusedError';

  constructor(
    readonly status: 400 | 401 | 405 | 413,
    readonly errorType: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** HTTP 401. The caller could not be told. */
export function unauthenticated(message: string, options?: ErrorOptions): RequestRefusedError {
  return new RequestRefusedError(401, 'UnauthorizedException', message, options);
}

/** HTTP 400. The body is not a GraphQL request. */
export function malformedRequest(message: string, options?: ErrorOptions): RequestRefusedError {
  return new RequestRefusedError(400, 'MalformedHttpRequestException', message, options);
}

/** HTTP 413. */
export function requestTooLarge(limitBytes: number): RequestRefusedError {
  return new RequestRefusedError(
    413,
    'RequestEntityTooLargeException',
    `Request body is larger than ${limitBytes} bytes.`,
  );
}

/** The caller is known but may not have this field. */
export function notAuthorized(typeName: string, fieldName: string): GraphQLError {
  return fieldError('Unauthorized', `Not Authorized to access ${fieldName} on type ${typeName}`);
}

/** A field's error, as `$util.error(message, errorType, null, errorInfo)` raises it in AppSync. */
export function fieldError(errorType: string, message: string, errorInfo: unknown = null): GraphQLError {
  // graphql 15, the version that Amplify itself uses, takes extensions as its seventh argument.
  return new GraphQLError(message, undefined, undefined, undefined, undefined, undefined, { errorType, errorInfo });
}

/** An error of validation or execution as it stands in AppSync's answer. */
export function formatFieldError(error: GraphQLError): FieldError {
  return {
    path: error.path ?? null,
    data: null,
    errorType: errorTypeOf(error),
    errorInfo: error.extensions?.errorInfo ?? null,
    locations: error.locations?.map(({ line, column }: SourceLocation) => ({ line, column, sourceName: null })) ?? null,
    message: messageOf(error),
  };
}

function errorTypeOf(error: GraphQLError): string | null {
  const errorType = error.extensions?.errorType;
  if (typeof errorType === 'string') return errorType;
  // Without a path nothing was executed: the document or its variables were refused.
  return error.path === undefined ? 'ValidationError' : null;
}

function messageOf(error: GraphQLError): string {
  if (!(error.originalError instanceof ScalarSerializationError)) return error.message;
  const place = error.path?.map((step) => (typeof step === 'number' ? `[${step}]` : `/${step}`)).join('');
  return `Can't serialize value (${place}) : ${error.message}`;
}
