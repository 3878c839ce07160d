/** Creates AppSync's errors: of a request that is refused as a whole, and of a field that failed in a response. */
import { type DocumentNode, GraphQLError, type GraphQLSchema, type SourceLocation } from 'graphql';
import { noListMessage, nullMessage, resultPath, translateQueryError } from './graphql-java-messages.js';
import { ScalarSerializationError } from './scalars.js';

/**
 * One entry of `errors` in an answer. AppSync gives `data`, `errorType` and `errorInfo` to those that a resolver raised;
 * one of its GraphQL engine has a message and a place only.
 */
export interface AnswerError {
  path: readonly (string | number)[] | null;
  data?: null;
  errorType?: string;
  errorInfo?: unknown;
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
    readonly status: 400 | 401 | 403 | 405 | 413,
    readonly errorType: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** HTTP 401. The caller is not known. */
export function unauthenticated(message: string, options?: ErrorOptions): RequestRefusedError {
  return new RequestRefusedError(401, 'UnauthorizedException', message, options);
}

/** HTTP 403. The signature of a request is none that the caller could have made. */
export function signatureRefused(
  errorType:
    | 'ExpiredTokenException'
    | 'IncompleteSignatureException'
    | 'InvalidSignatureException'
    | 'UnrecognizedClientException',
  message: string,
): RequestRefusedError {
  return new RequestRefusedError(403, errorType, message);
}

/** HTTP 400. The body is not a GraphQL request. */
export function malformedRequest(message: string, options?: ErrorOptions): RequestRefusedError {
  return new RequestRefusedError(400, 'MalformedHttpRequestException', message, options);
}

/** HTTP 400. A subscription was sent over HTTP; AppSync serves them over WebSocket alone. */
export function subscriptionOverHttp(): RequestRefusedError {
  return new RequestRefusedError(400, 'BadRequestException', 'Subscriptions over MQTT is not supported.');
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

/** The request does not say which of its operations to run, or names one that it does not have. */
export function unknownOperation(operationName: string | undefined): AnswerError {
  const message =
    operationName === undefined
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named '${operationName}'.`;
  return { path: null, errorType: 'UnknownOperationError', locations: null, message };
}

/** An error of the query itself, before anything was executed, as it stands in AppSync's answer. */
export function formatQueryError(error: GraphQLError, document: DocumentNode): AnswerError {
  const { message, locations } = translateQueryError(error, document);
  return { path: null, locations: locationsOf({ locations }), message };
}

/** An error of one field, as it stands in AppSync's answer. */
export function formatFieldError(error: GraphQLError, schema: GraphQLSchema): AnswerError {
  const path = error.path ?? null;
  const { errorType, errorInfo = null } = error.extensions ?? {};
  if (typeof errorType === 'string') {
    return { path, data: null, errorType, errorInfo, locations: locationsOf(error), message: error.message };
  }
  if (error.originalError instanceof ScalarSerializationError) {
    const message = `Can't serialize value (${resultPath(error)}) : ${error.message}`;
    return { path, locations: null, message };
  }
  return { path, locations: null, message: nullMessage(error, schema) ?? noListMessage(error) ?? error.message };
}

function locationsOf({ locations }: Pick<GraphQLError, 'locations'>): AnswerError['locations'] {
  return locations?.map(({ line, column }: SourceLocation) => ({ line, column, sourceName: null })) ?? null;
}
