/**
 * Lambda's Runtime API for one execution environment: hands out one event at a time and takes its answer.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../web/read-body.js';
import { FunctionError, responseTooLarge } from './function-error.js';

export interface Invocation {
  requestId: string;
  event: unknown;
  /** Of the caller of Invoke; AppSync sends none. */
  clientContext?: unknown;
  deadlineMillis: number;
  functionArn: string;
}

export interface RuntimeApiCallbacks {
  /** The runtime asks for its next event: initialization is over, or the last invocation is. */
  onReady: () => void;
  onInitError: (error: FunctionError) => void;
  onResult: (requestId: string, payload: unknown) => void;
  onFailure: (requestId: string, error: FunctionError) => void;
}

export interface RuntimeApi {
  /** host:port, for AWS_LAMBDA_RUNTIME_API. */
  address: string;
  /** Hands an event to the waiting runtime. Call it only after `onReady`, once each time. */
  deliver(invocation: Invocation): void;
  close(): Promise<void>;
}

/** The longest response to a synchronous invocation: 6 MB and a little. */
const RESPONSE_LIMIT_BYTES = 6_291_556;

const PATH =
  /^\/2018-06-01\/runtime\/(?:init\/(?<init>error)|invocation\/(?:next|(?<id>[\w-]+)\/(?<kind>response|error)))$/;

export async function startRuntimeApi(callbacks: RuntimeApiCallbacks): Promise<RuntimeApi> {
  let waiting: http.ServerResponse | undefined;

  /** The outcome of INIT or of an invocation, whatever the function's code has made of it. */
  const takeReport = async (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    { init, id = '', kind }: Partial<Record<string, string>>,
  ): Promise<void> => {
    const body = await readBody(request, RESPONSE_LIMIT_BYTES);
    response.writeHead(body === undefined ? 413 : 202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    if (init !== undefined) return callbacks.onInitError(parseError(body));
    if (kind === 'error') return callbacks.onFailure(id, parseError(body));
    const payload = body === undefined ? responseTooLarge(RESPONSE_LIMIT_BYTES) : parseResponse(body);
    if (payload instanceof FunctionError) callbacks.onFailure(id, payload);
    else callbacks.onResult(id, payload);
  };

  const server = http.createServer((request, response) => {
    const path = PATH.exec(request.url ?? '')?.groups;
    if (path === undefined) {
      response.writeHead(404).end();
    } else if (request.method === 'GET') {
      waiting = response;
      callbacks.onReady();
    } else {
      // A runtime that is killed while it answers has nobody left to report to.
      takeReport(request, response, path).catch(() => response.destroy());
    }
  });
  // A frozen runtime does not see its connection close, and would send its next answer into it.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,

    deliver({ requestId, event, clientContext, deadlineMillis, functionArn }) {
      if (waiting === undefined) throw new Error('The runtime is not waiting for an event.');
      const response = waiting;
      waiting = undefined;
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': requestId,
          'lambda-runtime-deadline-ms': String(deadlineMillis),
          'lambda-runtime-invoked-function-arn': functionArn,
          ...(clientContext !== undefined && { 'lambda-runtime-client-context': JSON.stringify(clientContext) }),
        })
        .end(JSON.stringify(event));
    },

    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function parseResponse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return new FunctionError('Local:InvalidResponse', 'What the runtime posted as the response is no JSON.');
  }
}

function parseError(body: Buffer | undefined): FunctionError {
  try {
    const { errorType, errorMessage } = JSON.parse(body?.toString('utf8') ?? '') ?? {};
    return new FunctionError(String(errorType ?? 'Unhandled'), String(errorMessage ?? ''));
  } catch {
    return new FunctionError('Local:InvalidResponse', 'What the runtime posted as an error is no JSON.');
  }
}
