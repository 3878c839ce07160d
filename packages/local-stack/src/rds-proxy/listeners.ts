/** Opens the emulator's listeners, and explains why a port is not available. */
import net from 'node:net';
import { LocalStackError } from '../local-stack-error.js';
import { listenOnLoopback, portOf } from '../loopback.js';
import { findPortHolder } from './port-holder.js';

export interface Listeners {
  port: number;
  /** Stops listening. Connections that are open stay open. */
  close(): void;
}

/**
 * @param port 0 = any that is free
 * @throws LocalStackError when the port is taken, or not allowed
 */
export async function listenForClients(port: number, onConnection: (socket: net.Socket) => void): Promise<Listeners> {
  try {
    const servers = await listenOnLoopback(port, () => net.createServer({ noDelay: true }, onConnection));
    return {
      port: portOf(servers[0]),
      close() {
        for (const server of servers) server.close();
      },
    };
  } catch (error) {
    throw await explain(error, port);
  }
}

async function explain(error: unknown, port: number): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const holder = code === 'EADDRINUSE' ? await findPortHolder(port) : undefined;
  const problem = code === 'EACCES' ? 'needs privileges' : `is in use${holder === undefined ? '' : ` by ${holder}`}`;
  return new LocalStackError(
    `Port ${port}, for the RDS Proxy emulator, ${problem}.`,
    `Choose another one: PROXY_PORT=${port < 10_000 ? port + 10_000 : port - 10_000} npm start`,
    { cause: error },
  );
}
