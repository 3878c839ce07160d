/**
 * Owns the local stand-in for RDS Proxy as a whole: what it listens on, the connections that it has open, and its end.
 * Session mode: each client has a database session of its own for as long as it is connected.
 */
import type net from 'node:net';
import tls from 'node:tls';
import type { ServerCertificate } from './certificate.js';
import { serveConnection } from './connection.js';
import type { RdsProxyEvent } from './events.js';
import { listenForClients } from './listeners.js';
import { type Principal, verifyToken } from './token.js';

export type { RdsProxyEvent } from './events.js';
export type { Principal } from './token.js';

export interface RdsProxyOptions {
  /** The name that clients connect to, and that their tokens must be for. */
  hostname: 'localhost';
  /** 1..65535, or 0 for any that is free. */
  port: number;
  /** The AWS region that tokens must be for. */
  region: string;
  /** For `hostname`, as PEM. */
  certificate: ServerCertificate;
  /** PostgreSQL's Unix socket. Must trust every user that a principal may connect as. */
  upstreamSocketPath: string;
  /** Whose tokens are accepted. */
  principals: readonly Principal[];
  /** Called at once; must not throw. @default - events are dropped */
  onEvent?: (event: RdsProxyEvent) => void;
  /** Milliseconds since 1970, to judge tokens by. @default Date.now */
  now?: () => number;
  /** How long a client may take from connecting to presenting its token, in milliseconds. @default 10000 */
  handshakeTimeoutMillis?: number;
}

export interface RdsProxy {
  /** The port that it listens on. */
  port: number;
  /** Ends every connection and stops listening. May be called more than once. */
  stop(): Promise<void>;
}

const DEFAULT_HANDSHAKE_TIMEOUT_MILLIS = 10_000;

/**
 * Starts the stand-in on loopback.
 * @throws LocalStackError when the port is taken
 */
export async function startRdsProxy(options: RdsProxyOptions): Promise<RdsProxy> {
  const { certificate, key } = options.certificate;
  const secureContext = tls.createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
  const open = new Set<net.Socket>();
  let connectionCount = 0;

  const accept = (socket: net.Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // Followed by 'close', which whoever serves the connection acts on.
    socket.on('error', () => {});
    connectionCount += 1;
    void serveConnection(socket, {
      connectionId: connectionCount,
      secureContext,
      upstreamSocketPath: options.upstreamSocketPath,
      handshakeTimeoutMillis: options.handshakeTimeoutMillis ?? DEFAULT_HANDSHAKE_TIMEOUT_MILLIS,
      onEvent: options.onEvent ?? (() => {}),
      verify: (token, user) =>
        verifyToken(token, {
          hostname: options.hostname,
          port: listeners.port,
          region: options.region,
          user,
          principals: options.principals,
          now: (options.now ?? Date.now)(),
        }),
    });
  };
  const listeners = await listenForClients(options.port, accept);

  return {
    port: listeners.port,
    async stop() {
      listeners.close();
      const ends = [...open].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of open) socket.destroy();
      await Promise.all(ends);
    },
  };
}
