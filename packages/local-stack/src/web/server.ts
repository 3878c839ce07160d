/**
 * Runs the HTTP server of the local stack: on loopback only, for hosts named localhost only, every response with the same
 * security headers. What it answers is in the routes it is given.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { LocalStackError } from '../local-stack-error.js';
import { listenOnLoopback, portOf } from '../loopback.js';
import { isLoopbackHost } from './loopback-host.js';

/** An answer still under way gets this long when the server stops. */
const STOP_GRACE_MILLIS = 1000;
const STOP_SWEEP_MILLIS = 10;

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export interface WebRoute {
  /** The whole path, as /console/page.js; or with a star for everything below, as /app/*. */
  readonly path: string;
  /** Answers the request, whatever its method. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
}

/** Takes a WebSocket's handshake. */
export interface UpgradeRoute {
  readonly path: string;
  readonly handle: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface WebServerOptions {
  /** 0 for any free port. */
  port: number;
  routes: readonly WebRoute[];
  /** @default - no WebSocket */
  upgrades?: readonly UpgradeRoute[];
  /** Told of a route that failed; its caller gets status 500. @default - written to standard error */
  onError?: (error: unknown) => void;
}

export interface WebServer {
  readonly port: number;
  /** With the name `localhost` and no slash at the end. */
  readonly url: string;
  /** Closes every connection; an answer under way may end first. */
  stop(): Promise<void>;
}

/** Resolves when the server listens; a LocalStackError when the port is taken. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { port, routes, upgrades = [], onError = console.error } = options;
  const handlers = new Map(routes.map(({ path, handle }) => [path, handle]));
  const handlerOf = (path: string) => handlers.get(path) ?? handlers.get(path.replace(/^(\/[^/]+\/).*$/, '$1*'));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (!isLoopbackHost(request.headers.host)) {
      return sendText(response, 403, 'This server answers for localhost, 127.0.0.1 and [::1] only.');
    }
    const path = pathOf(request);
    const handle = handlerOf(path);
    if (handle === undefined) return sendText(response, 404, `There is nothing at ${path}.`);
    try {
      await handle(request, response);
    } catch (error) {
      const callerIsGone = request.destroyed && !request.complete;
      if (callerIsGone) return;
      onError(error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'The local stack failed to answer; its terminal says why.');
    }
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const route = isLoopbackHost(request.headers.host) && upgrades.find(({ path }) => path === pathOf(request));
    // A client that is gone is no failure of the server.
    socket.on('error', () => {});
    if (route) route.handle(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
  };
  const create = () => createServer(answer).on('upgrade', upgrade);
  const servers = await listenOnLoopback(port, create).catch((error: NodeJS.ErrnoException) => {
    throw explain(error, port);
  });
  const actualPort = portOf(servers[0]);
  return {
    port: actualPort,
    url: `http://localhost:${actualPort}`,
    stop: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

/** Answers with one line of plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  const fix = 'Choose another port: PORT=3001 npm start';
  if (error.code === 'EADDRINUSE') {
    return new LocalStackError(`Port ${port} is in use by another program.`, fix, { cause: error });
  }
  if (error.code === 'EACCES') {
    return new LocalStackError(`Port ${port} may not be opened by this user.`, fix, { cause: error });
  }
  return error;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A kept-alive connection becomes idle only when its answer has ended, so one look is not enough.
    const sweep = setInterval(() => server.closeIdleConnections(), STOP_SWEEP_MILLIS);
    const giveUp = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MILLIS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(giveUp);
      resolve();
    });
  });
}
