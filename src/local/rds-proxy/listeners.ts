/** Owns listening on loopback, and only there: 127.0.0.1, and ::1 on the same port where the machine has it. */
import { once } from 'node:events';
import net from 'node:net';
import { LocalStackError } from '../local-stack-error.js';
import { findPortHolder } from './port-holder.js';

export interface Listeners {
  port: number;
  /** Stops listening. Connections that are open stay open. */
  close(): void;
}

/** `localhost` means either, by the client's choice. */
const IPV4_LOOPBACK = '127.0.0.1';
const IPV6_LOOPBACK = '::1';
const NO_IPV6: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);
const ATTEMPTS_FOR_A_FREE_PORT = 10;

/**
 * @param port 0 = any that is free
 * @throws LocalStackError when the port is taken, or not allowed
 */
export async function listenOnLoopback(port: number, onConnection: (socket: net.Socket) => void): Promise<Listeners> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnBoth(port, onConnection);
    } catch (error) {
      // Free for one address need not be free for the other.
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (port !== 0 || !isTaken || attempt === ATTEMPTS_FOR_A_FREE_PORT) throw await explain(error, port);
    }
  }
}

async function listenOnBoth(port: number, onConnection: (socket: net.Socket) => void): Promise<Listeners> {
  const ipv4 = await listen(IPV4_LOOPBACK, port, onConnection);
  const actualPort = (ipv4.address() as net.AddressInfo).port;
  try {
    const ipv6 = await listen(IPV6_LOOPBACK, actualPort, onConnection);
    return { port: actualPort, close: () => void [ipv4.close(), ipv6.close()] };
  } catch (error) {
    if (NO_IPV6.has((error as NodeJS.ErrnoException).code)) return { port: actualPort, close: () => void ipv4.close() };
    ipv4.close();
    throw error;
  }
}

async function listen(host: string, port: number, onConnection: (socket: net.Socket) => void): Promise<net.Server> {
  const server = net.createServer({ noDelay: true }, onConnection);
  server.listen({ host, port });
  await once(server, 'listening');
  return server;
}

async function explain(error: unknown, port: number): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const holder = code === 'EADDRINUSE' ? await findPortHolder(port) : undefined;
  const problem = code === 'EACCES' ? 'needs privileges' : `is in use${holder === undefined ? '' : ` by ${holder}`}`;
  return new LocalStackError(
    `Port ${port}, for the RDS Proxy stand-in, ${problem}.`,
    `Choose another one: PROXY_PORT=${port < 10_000 ? port + 10_000 : port - 10_000} npm start`,
    { cause: error },
  );
}
