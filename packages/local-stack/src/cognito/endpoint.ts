/** Serves an API of Cognito: one request of Cognito's JSON 1.1 protocol, and one response. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseMethod } from '../web/json.js';
import { readBody } from '../web/read-body.js';
import { CognitoError } from './errors.js';

const BODY_LIMIT_BYTES = 256 * 1024;
const CONTENT_TYPE = 'application/x-amz-json-1.1';
const PREFLIGHT_MAX_AGE_SECONDS = 172_800;

export interface FoundOperation {
  run: (input: unknown) => Promise<object>;
  needsSignature: boolean;
}

export interface JsonService {
  /** The part of X-Amz-Target before the dot. */
  target: string;
  /** What the service is called in a refusal: "user pool". */
  name: string;
  /** The operation of that name; undefined when there is none. */
  find(name: string): Promise<FoundOperation | undefined>;
  /** For an operation that needs a signature. @throws CognitoError when the request has none that allows it */
  authorize(operationName: string, request: IncomingMessage, body: Buffer): void;
}

export function createJsonEndpoint(service: JsonService) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    allowEveryOrigin(request, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(200).end();
      return;
    }
    if (request.method !== 'POST') return refuseMethod(response, 'POST');
    response.setHeader('x-amzn-requestid', randomUUID());
    try {
      send(response, 200, await answer(service, request));
    } catch (error) {
      if (!(error instanceof CognitoError)) throw error;
      response.setHeader('x-amzn-errortype', error.name);
      send(response, 400, { __type: error.name, message: error.message });
    }
  };
}

async function answer(service: JsonService, request: IncomingMessage): Promise<object> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  const [target, operationName = ''] = String(request.headers['x-amz-target'] ?? '').split('.', 2);
  if (target !== service.target || !/^[A-Z]\w{1,63}$/.test(operationName)) {
    throw new CognitoError('UnknownOperationException', `Send the header X-Amz-Target: ${service.target}.Operation.`);
  }
  const operation = await service.find(operationName);
  if (operation === undefined) {
    const message = `The local ${service.name} does not have ${operationName}. packages/local-stack/docs/user-pool.md lists what it has.`;
    throw new CognitoError('UnsupportedOperationException', message);
  }
  if (body === undefined)
    throw new CognitoError('SerializationException', `The body is over ${BODY_LIMIT_BYTES} bytes.`);
  if (operation.needsSignature) service.authorize(operationName, request, body);
  return operation.run(parseBody(body));
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8') || '{}');
  } catch {
    throw new CognitoError('SerializationException', 'The body is not JSON.');
  }
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** As Cognito: any page may call, since what opens an account is in the request and not in a cookie. */
function allowEveryOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  const asked = request.headers['access-control-request-headers'];
  if (asked !== undefined) response.setHeader('access-control-allow-headers', asked);
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
  response.setHeader('access-control-expose-headers', 'x-amzn-RequestId,x-amzn-ErrorType');
  response.setHeader('access-control-max-age', String(PREFLIGHT_MAX_AGE_SECONDS));
}
