/**
 * Serves `/graphql`: responds to one HTTP request as AppSync does. Who calls, what is asked, what each field gives, and
 * one record for the log.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError, getOperationAST, validate } from 'graphql';
import { IdentityPool } from '../cognito/identity-pool.js';
import type { LocalUserPool } from '../cognito/user-pool.js';
import { authenticate, type CredentialedRequest } from './authentication.js';
import { callerName } from './caller.js';
import type { AppSyncCredentials } from './credentials-file.js';
import {
  type AnswerError,
  formatFieldError,
  formatQueryError,
  RequestRefusedError,
  subscriptionOverHttp,
  unknownOperation,
} from './errors.js';
import { type RequestContext, requestHeaders } from './event.js';
import { type Invoke, withDeadline } from './invocation.js';
import { type ParsedRequest, parseQueryString, parseRequestBody, readRequestBody } from './request.js';
import { fieldNamesByResponseKey, rootFields } from './root-fields.js';
import { authorizationModesOf, createExecutableSchema } from './schema.js';
import { createSubscription, type Subscription } from './subscriptions/subscription.js';

/** AppSync ends a request after 30 s, whatever its Lambdas' own timeouts. */
const REQUEST_LIMIT_MILLIS = 30_000;

export interface GraphqlEndpointOptions {
  /** `schema.transform().schema` of an Amplify data schema. */
  sdl: string;
  /** Whose tokens are accepted. */
  userPool: LocalUserPool;
  /** The API key, where the schema has a rule for one, and what IAM credentials are accepted by. */
  access: AppSyncCredentials;
  /** The region that IAM signatures must name. */
  region: string;
  /** Runs a function and gives what it returned; rejects with the `errorMessage` of a function that failed. */
  invoke: Invoke;
  /** Called once a request, after its answer was sent. @default - not reported */
  onRequest?: (record: RequestRecord) => void;
  /** Called with what a mutation's field returned to its caller: that selection, and nothing else. @default - not published */
  onMutation?: (fieldName: string, result: unknown) => void;
  /** How long a request may run, in milliseconds. @default 30_000, AppSync's own limit */
  requestLimitMillis?: number;
}

/** What may be logged of a request. Never its arguments, its variables or its token. */
export interface RequestRecord {
  /** A UUID: the header x-amzn-RequestId of the answer. */
  requestId: string;
  /** The root fields asked for, as "listOrders, orderTotals"; empty when the request could not be read. */
  operation: string;
  /** The user's name, "API key" or "IAM guest"; null when the caller is not known. */
  username: string | null;
  /** The HTTP status. */
  status: number;
  /** `errorType` of each error in the answer; "GraphQLError" for those that AppSync's engine gives none. */
  errorTypes: readonly string[];
  millis: number;
}

export interface GraphqlEndpoint {
  /** Answers one request. It rejects only on a defect of its own; every other failure is an answer. */
  (request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** @throws RequestRefusedError when the caller is not known */
  authenticate(request: CredentialedRequest, body: string): Promise<void>;
  /**
   * What a client subscribes to, after its rules were checked and its resolver has run; or why it cannot.
   * @param body as HTTP would have it: the query and its variables
   */
  subscribe(request: CredentialedRequest, body: string): Promise<Subscription | SubscriptionRefusal>;
}

export interface SubscriptionRefusal {
  errors: readonly (AnswerError | { errorType: string; message: string })[];
}

interface HttpResponse {
  status: number;
  body: { data?: unknown; errors?: (AnswerError | { errorType: string; message: string })[] };
}

/** Throws a LocalStackError at once when the schema holds something that cannot be served truthfully. */
export function createGraphqlEndpoint(options: GraphqlEndpointOptions): GraphqlEndpoint {
  const { sdl, onRequest, onMutation, requestLimitMillis = REQUEST_LIMIT_MILLIS } = options;
  const schema = createExecutableSchema({ sdl, invoke: withDeadline(options.invoke) });
  const authentication = {
    ...options,
    identityPool: new IdentityPool(options.userPool, options.access.identityPoolSecret),
    modes: authorizationModesOf(sdl),
  };

  async function answer(request: IncomingMessage, record: RequestRecord): Promise<HttpResponse> {
    if (request.method !== 'POST' && request.method !== 'GET') {
      throw new RequestRefusedError(405, 'MethodNotAllowedException', 'Send GraphQL with POST or GET.');
    }
    let body: Promise<Buffer> | undefined;
    const readOnce = () => {
      body ??= readRequestBody(request);
      return body;
    };
    // The caller first: an unknown one learns nothing about the request, not even that it is malformed.
    const caller = await authenticate(request, readOnce, authentication);
    record.username = callerName(caller);
    const graphqlRequest =
      request.method === 'GET' ? parseQueryString(request.url ?? '') : parseRequestBody(await readOnce());
    record.operation = rootFields(graphqlRequest);
    const deadlineMillis = performance.now() + requestLimitMillis;
    return run(graphqlRequest, { caller, headers: requestHeaders(request.headers), deadlineMillis });
  }

  async function run(
    { document, variables, operationName }: ParsedRequest,
    contextValue: RequestContext,
  ): Promise<HttpResponse> {
    const refuse = (errors: AnswerError[]): HttpResponse => ({ status: 200, body: { data: null, errors } });
    const queryErrors = validate(schema, document);
    if (queryErrors.length > 0) return refuse(queryErrors.map((error) => formatQueryError(error, document)));
    const operation = getOperationAST(document, operationName);
    if (operation == null) return refuse([unknownOperation(operationName)]);
    if (operation.operation === 'subscription') throw subscriptionOverHttp();

    const { data, errors } = await executeOrRefuse({
      schema,
      document,
      variableValues: variables,
      operationName,
      contextValue,
    });
    // Without `data` nothing was executed: the variables were refused. graphql-java stops at the first that is wrong.
    if (data === undefined) {
      return refuse((errors ?? []).slice(0, 1).map((error) => formatQueryError(error, document)));
    }
    if (operation.operation === 'mutation' && data !== null) {
      for (const [key, fieldName] of fieldNamesByResponseKey(document, operation)) onMutation?.(fieldName, data[key]);
    }
    return { status: 200, body: { data, ...(errors && { errors: errors.map((e) => formatFieldError(e, schema)) }) } };
  }

  async function subscribe(request: CredentialedRequest, body: string, record: RequestRecord) {
    const caller = await authenticate(request, async () => Buffer.from(body), authentication);
    record.username = callerName(caller);
    const graphqlRequest = parseRequestBody(Buffer.from(body));
    record.operation = rootFields(graphqlRequest);
    const deadlineMillis = performance.now() + requestLimitMillis;
    return createSubscription(schema, graphqlRequest, {
      caller,
      headers: requestHeaders(request.headers),
      deadlineMillis,
    });
  }

  const openRecord = (): RequestRecord => ({
    requestId: randomUUID(),
    operation: '',
    username: null,
    status: 0,
    errorTypes: [],
    millis: 0,
  });
  const close = (record: RequestRecord, startMillis: number, { status, body }: HttpResponse) =>
    onRequest?.({
      ...record,
      status,
      errorTypes: (body.errors ?? []).map(({ errorType }) => errorType ?? 'GraphQLError'),
      millis: performance.now() - startMillis,
    });

  const answerRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startMillis = performance.now();
    const record = openRecord();
    allowEveryOrigin(response);
    if (request.method === 'OPTIONS') {
      response.writeHead(200).end();
      return;
    }
    const answered = await answer(request, record).catch(respondToError);
    response.setHeader('x-amzn-requestid', record.requestId);
    send(response, answered.status, answered.body);
    close(record, startMillis, answered);
  };
  return Object.assign(answerRequest, {
    async authenticate(request: CredentialedRequest, body: string) {
      await authenticate(request, async () => Buffer.from(body), authentication);
    },
    async subscribe(request: CredentialedRequest, body: string) {
      const startMillis = performance.now();
      const record = openRecord();
      try {
        const subscription = await subscribe(request, body, record);
        const refused = 'errors' in subscription ? { errors: [...subscription.errors] } : {};
        close(record, startMillis, { status: 200, body: refused });
        return subscription;
      } catch (error) {
        const refused = respondToError(error);
        close(record, startMillis, refused);
        return { errors: refused.body.errors ?? [] };
      }
    },
  });
}

/** graphql-js throws, instead of telling, that a schema has no mutations. */
async function executeOrRefuse(args: ExecutionArgs): Promise<ExecutionResult> {
  try {
    return await execute(args);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

function respondToError(error: unknown): HttpResponse {
  if (!(error instanceof RequestRefusedError)) throw error;
  const { status, errorType, message } = error;
  return { status, body: { errors: [{ errorType, message }] } };
}

function send(response: ServerResponse, status: number, body: HttpResponse['body']): void {
  const [error] = body.errors ?? [];
  // The header is for refusals of the whole request; a field's error is in the body only.
  if (status !== 200 && error?.errorType !== undefined) response.setHeader('x-amzn-errortype', error.errorType);
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' });
  response.end(JSON.stringify(body));
}

/** As AppSync: any page may call, since what it needs is a token and not a cookie. */
function allowEveryOrigin(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader(
    'access-control-allow-headers',
    'authorization, content-type, x-amz-date, x-amz-security-token, x-amz-user-agent, x-api-key',
  );
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
  response.setHeader('access-control-expose-headers', 'x-amzn-RequestId,x-amzn-ErrorType');
  response.setHeader('access-control-max-age', '172800');
}
