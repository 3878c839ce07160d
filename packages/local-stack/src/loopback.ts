/** Listens on loopback, and only there: 127.0.0.1, and ::1 on the same port where the machine has it. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** `localhost` means either, by the client's choice. */
const IPV4_LOOPBACK = '127.0.0.1';
const IPV6_LOOPBACK = '::1';
const NO_IPV6: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);
const ATTEMPTS_FOR_A_FREE_PORT = 10;

/**
 * Makes one server for each address, and resolves when they listen; the first is that of 127.0.0.1.
 * @param port 0 = any that is free
 * @throws the error of node:net, as EADDRINUSE and EACCES; nothing listens then
 */
export async function listenOnLoopback<AnyServer extends Server>(
  port: number,
  createServer: () => AnyServer,
): Promise<[AnyServer, ...AnyServer[]]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnBoth(port, createServer);
    } catch (error) {
      // Free for one address need not be free for the other.
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (port !== 0 || !isTaken || attempt === ATTEMPTS_FOR_A_FREE_PORT) throw error;
    }
  }
}

/** The port that a server of listenOnLoopback has. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function listenOnBoth<AnyServer extends Server>(
  port: number,
  createServer: () => AnyServer,
): Promise<[AnyServer, ...AnyServer[]]> {
  const ipv4 = await listen(createServer(), IPV4_LOOPBACK, port);
  try {
    return [ipv4, await listen(createServer(), IPV6_LOOPBACK, portOf(ipv4))];
  } catch (error) {
    if (NO_IPV6.has((error as NodeJS.ErrnoException).code)) return [ipv4];
    ipv4.close();
    throw error;
  }
}

async function listen<AnyServer extends Server>(server: AnyServer, host: string, port: number): Promise<AnyServer> {
  server.listen({ host, port, ipv6Only: true });
  await once(server, 'listening');
  return server;
}
