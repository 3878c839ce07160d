/** Serves the HTTP API of the RDS Proxy emulator: metrics, pins and fault switches. For scripts and the page. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError } from 'zod';
import { type FaultRequest, faultRequestSchema } from '../../rds-proxy/faults.js';
import type { RdsProxy } from '../../rds-proxy/server.js';
import { refuseMethod, sendJson } from '../json.js';
import { readBody } from '../read-body.js';
import { isSameOrigin } from '../same-origin.js';
import { sendText, type WebRoute } from '../server.js';

const BODY_LIMIT_BYTES = 1024;

/** What the routes use of the proxy. */
export type ObservedProxy = Pick<RdsProxy, 'statistics' | 'pins' | 'faults' | 'applyFault'>;

export function createProxyRoutes(proxy: ObservedProxy): WebRoute[] {
  return [
    {
      path: '/api/proxy',
      handle(request, response) {
        if (request.method !== 'GET') return refuseMethod(response, 'GET');
        sendJson(response, 200, { statistics: proxy.statistics(), pins: proxy.pins(), faults: proxy.faults() });
      },
    },
    { path: '/api/proxy/faults', handle: (request, response) => applyFault(proxy, request, response) },
  ];
}

/** Takes `{"fault": "failover", "pauseMillis": 3000}`, and answers with what it touched and how the switches stand. */
async function applyFault(proxy: ObservedProxy, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return refuseMethod(response, 'POST');
  if (!isOurs(request)) {
    return sendText(response, 403, 'Faults are for the pages of this server, and for programs that are no page.');
  }
  let fault: FaultRequest;
  try {
    fault = faultRequestSchema.parse(await readJson(request));
  } catch (error) {
    if (!(error instanceof ZodError || error instanceof SyntaxError)) throw error;
    return sendJson(response, 400, { problems: describeProblems(error) });
  }
  const result = await proxy.applyFault(fault);
  sendJson(response, 200, { result, faults: proxy.faults() });
}

/**
 * A page of another site must not switch faults. A browser marks the requests that it sends for one; a request without
 * such a mark comes from a program, which could as well stop the stack.
 */
function isOurs({ headers }: IncomingMessage): boolean {
  return (headers.origin === undefined && headers['sec-fetch-site'] === undefined) || isSameOrigin(headers);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  return JSON.parse(body?.toString('utf8') ?? '');
}

function describeProblems(error: ZodError | SyntaxError): string[] {
  if (error instanceof SyntaxError) return [`The body is no JSON of at most ${BODY_LIMIT_BYTES} bytes.`];
  return error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
}
