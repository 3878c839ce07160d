/**
 * Owns `/graphql`: one HTTP request answered as AppSync answers it. Who calls, what is asked, what each field gives, and
 * one record for the log.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DocumentNode, execute, Kind, validate } from 'graphql';
import type { LocalUserPool } from '../cognito/user-pool.js';
import { authenticate } from './authentication.js';
import { fieldError, formatFieldError, RequestRefusedError } from './errors.js';
import { type AppSyncEvent, requestHeaders } from './event.js';
import { readGraphqlRequest } from './request.js';
import { createExecutableSchema } from './schema.js';

/** AppSync ends a resolver after 30 s, whatever its Lambda's own timeout. */
const RESOLVER_TIMEOUT_MILLIS = 30_000;

export interface GraphqlEndpointOptions {
  /** `schema.transform().schema` of an Amplify data schema. */
  sdl: string;
  /** Whose tokens are accepted. */
  userPool: LocalUserPool;
  /** Runs a function and gives what it returned; rejects with the `errorMessage` of a function that failed. */
  invoke: (functionName: string, event: AppSyncEvent) => Promise<unknown>;
  /** Called once a request, after its answer was sent. @default - nobody is told */
  onRequest?: (record: RequestRecord) => void;
  /** How long a field may take, in milliseconds. @default 30_000, AppSync's own limit */
  resolverTimeoutMillis?: number;
}

/** What may be logged of a request. Never its arguments, its variables or its token. */
export interface RequestRecord {
  /** The root fields asked for, as "listOrders, orderTotals"; empty when the request could not be read. */
  operation: string;
  /** Null when the caller could not be told. */
  username: string | null;
  /** The HTTP status. */
  status: number;
  /** `errorType` of each error in the answer. */
  errorTypes: readonly string[];
  millis: number;
}

/** Answers one request. It rejects only on a defect of its own; every other failure is an answer. */
export type GraphqlEndpoint = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Answer {
  status: number;
  body: { data?: unknown; errors?: { errorType: string | null; message: string }[] };
}

/** Throws a LocalStackError at once when the schema holds something that cannot be served truthfully. */
export function createGraphqlEndpoint(options: GraphqlEndpointOptions): GraphqlEndpoint {
  const { sdl, userPool, onRequest } = options;
  const schema = createExecutableSchema({ sdl, invoke: invokeAsAppSync(options) });

  async function answer(request: IncomingMessage, record: RequestRecord): Promise<Answer> {
    if (request.method !== 'POST') {
      throw new RequestRefusedError(405, 'MethodNotAllowedException', 'Send GraphQL with POST.');
    }
    // The caller first: an unknown one learns nothing about the request, not even that it is malformed.
    const identity = await authenticate(request, userPool);
    record.username = identity.username;
    const { document, variables, operationName } = await readGraphqlRequest(request);
    record.operation = rootFields(document, operationName);

    const validationErrors = validate(schema, document);
    if (validationErrors.length > 0) {
      return { status: 200, body: { data: null, errors: validationErrors.map(formatFieldError) } };
    }
    const { data, errors } = await execute({
      schema,
      document,
      variableValues: variables,
      operationName,
      contextValue: { identity, headers: requestHeaders(request.headers) },
    });
    return { status: 200, body: { data: data ?? null, ...(errors && { errors: errors.map(formatFieldError) }) } };
  }

  return async (request, response) => {
    const startMillis = performance.now();
    const record: RequestRecord = { operation: '', username: null, status: 0, errorTypes: [], millis: 0 };
    allowEveryOrigin(response);
    if (request.method === 'OPTIONS') {
      response.writeHead(200).end();
      return;
    }
    const { status, body } = await answer(request, record).catch(answerRefusal);
    send(response, status, body);
    onRequest?.({
      ...record,
      status,
      errorTypes: (body.errors ?? []).map(({ errorType }) => errorType ?? 'Unknown'),
      millis: performance.now() - startMillis,
    });
  };
}

/** A failing function is `Lambda:Unhandled` with its message; a slow one is left to itself after 30 s. */
function invokeAsAppSync({ invoke, resolverTimeoutMillis = RESOLVER_TIMEOUT_MILLIS }: GraphqlEndpointOptions) {
  return async (functionName: string, event: AppSyncEvent): Promise<unknown> => {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const fail = () => reject(fieldError('ExecutionTimeout', 'Execution timed out.'));
      timer = setTimeout(fail, resolverTimeoutMillis);
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

function answerRefusal(error: unknown): Answer {
  if (!(error instanceof RequestRefusedError)) throw error;
  const { status, errorType, message } = error;
  return { status, body: { errors: [{ errorType, message }] } };
}

function send(response: ServerResponse, status: number, body: Answer['body']): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' });
  response.end(JSON.stringify(body));
}

/** As AppSync: any page may call, since what it needs is a token and not a cookie. */
function allowEveryOrigin(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', 'authorization, content-type, x-amz-user-agent, x-api-key');
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
}

function rootFields(document: DocumentNode, operationName: string | undefined): string {
  const operation = document.definitions.find(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (operationName === undefined || definition.name?.value === operationName),
  );
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return '';
  return operation.selectionSet.selections
    .map((selection) => (selection.kind === Kind.FIELD ? selection.name.value : '…'))
    .join(', ');
}
