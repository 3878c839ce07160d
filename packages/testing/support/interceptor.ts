/** Listens between the function and the proxy: accepts the connection as PostgreSQL would, and records what it receives. */
import net from 'node:net';
import tls from 'node:tls';
import { listenOnLoopback, portOf } from '@vpc-postgres/local-stack/loopback.js';

export interface Interceptor {
  port: number;
  /** Everything that it could read: what came unencrypted, and inside TLS. */
  heard(): string;
  stop(): Promise<void>;
}

const SSL_REQUEST_LENGTH = 8;
const ASK_FOR_PASSWORD_IN_CLEAR = Buffer.from('520000000800000003', 'hex');

/** @param certificate what it shows; without one it says that it has no TLS */
export async function startInterceptor(certificate?: { certificate: string; key: string }): Promise<Interceptor> {
  const chunks: Buffer[] = [];
  const sockets = new Set<net.Socket>();
  const servers = await listenOnLoopback(0, () =>
    net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', (first) => {
        chunks.push(first.subarray(SSL_REQUEST_LENGTH));
        if (certificate === undefined) {
          socket.on('data', (chunk) => chunks.push(chunk));
          socket.write('N');
          return;
        }
        socket.write('S');
        const encrypted = new tls.TLSSocket(socket, {
          isServer: true,
          cert: certificate.certificate,
          key: certificate.key,
        });
        encrypted.on('error', () => {});
        encrypted.once('data', () => encrypted.write(ASK_FOR_PASSWORD_IN_CLEAR));
        encrypted.on('data', (chunk: Buffer) => chunks.push(chunk));
      });
    }),
  );
  return {
    port: portOf(servers[0]),
    heard: () => Buffer.concat(chunks).toString('latin1'),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
