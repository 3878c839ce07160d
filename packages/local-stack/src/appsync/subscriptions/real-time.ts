/** Serves `/graphql/realtime`: takes WebSockets, and sends the results of mutations to the subscriptions on them. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import type { GraphqlEndpoint } from '../endpoint.js';
import { type RealTimeConnection, serveConnection } from './connection.js';

export const REAL_TIME_PATH = '/graphql/realtime';

const SUBPROTOCOL = 'graphql-ws';
/** A message holds a GraphQL request, whose limit is 1 MB, and a token. */
const MESSAGE_LIMIT_BYTES = 1024 * 1024 + 16 * 1024;

export interface RealTimeEndpoint {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends what a mutation's field returned to the subscriptions that it is for. */
  publish(fieldName: string, result: unknown): void;
  /** Closes every connection. */
  stop(): Promise<void>;
}

/** @param endpoint authenticates, and checks and resolves subscriptions */
export function createRealTimeEndpoint(
  endpoint: Pick<GraphqlEndpoint, 'authenticate' | 'subscribe'>,
): RealTimeEndpoint {
  let server: Promise<WebSocketServer> | undefined;
  const connections = new Set<RealTimeConnection>();
  return {
    upgrade(request, socket, head) {
      server ??= createServer();
      void server.then((webSockets) =>
        webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          const connection = serveConnection(webSocket, request, endpoint);
          connections.add(connection);
          webSocket.once('close', () => connections.delete(connection));
        }),
      );
    },
    publish(fieldName, result) {
      for (const connection of connections) void connection.publish(fieldName, result);
    },
    async stop() {
      for (const client of (await server)?.clients ?? []) client.terminate();
    },
  };
}

/** Loaded with the first connection: `npm start` does not wait for it. */
async function createServer(): Promise<WebSocketServer> {
  const { WebSocketServer: Server } = await import('ws');
  return new Server({
    noServer: true,
    maxPayload: MESSAGE_LIMIT_BYTES,
    handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
}
