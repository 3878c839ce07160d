/**
 * Lambda's Runtime API for one execution environment: hands out one event at a time and takes its answer.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { FunctionError, responseTooLarge } from './function-error.js';

export interface Invocation {
  requestId: string;
  event: unknown;
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

  const server = http.createServer((request, response) => {
    const path = PATH.exec(request.url ?? '')?.groups;
    if (path === undefined) {
      response.writeHead(404).end();
    } else if (request.method === 'GET') {
      waiting = response;
      callbacks.onReady();
    } else {
      void readBody(request).then((body) => {
        const isTooLong = body.length > RESPONSE_LIMIT_BYTES;
        response.writeHead(isTooLong ? 413 : 202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
        if (path.init !== undefined) callbacks.onInitError(parseError(body));
        else if (path.kind === 'error') callbacks.onFailure(path.id ?? '', parseError(body));
        else if (isTooLong) callbacks.onFailure(path.id ?? '', responseTooLarge(RESPONSE_LIMIT_BYTES));
        else callbacks.onResult(path.id ?? '', JSON.parse(body.toString('utf8')));
      });
    }
  });
  // A frozen runtime does not see its connection close, and would send its next answer into it.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,

    deliver({ requestId, event, deadlineMillis, functionArn }) {
      if (waiting === undefined) throw new Error('The runtime is not waiting for an event.');
      const response = waiting;
      waiting = undefined;
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': requestId,
          'lambda-runtime-deadline-ms': String(deadlineMillis),
          'lambda-runtime-invoked-function-arn': functionArn,
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

async function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parseError(body: Buffer): FunctionError {
  const { errorType, errorMessage } = JSON.parse(body.toString('utf8')) as { errorType: string; errorMessage: string };
  return new FunctionError(errorType, errorMessage);
}
