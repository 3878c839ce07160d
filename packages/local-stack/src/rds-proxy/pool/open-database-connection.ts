/** Opens a database session for the pool, on the Unix socket where PostgreSQL trusts every user. */
import { once } from 'node:events';
import { buildStartup } from '../wire.js';
import { connectToDatabase, type DatabaseSocket } from './database-socket.js';
import type { PoolKey } from './pool-key.js';
import { parseStartupResponse, type StartupResponse, TransientError } from './startup-response.js';

/** A database session that waits for its first query. */
export interface OpenedSession extends DatabaseSocket, StartupResponse {}

/**
 * @param signal aborts the attempt, with the signal's reason
 * @throws ProxyError with PostgreSQL's own error, or TransientError
 */
export async function openDatabaseSession(
  socketPath: string,
  { user, database, settings }: PoolKey,
  signal: AbortSignal,
): Promise<OpenedSession> {
  signal.throwIfAborted();
  const opening = connectToDatabase(socketPath, signal);
  const { socket } = opening;
  try {
    await once(socket, 'connect').catch((error: Error) => {
      throw new TransientError(error.message);
    });
    // From here on an error is followed by 'close', which ends the startup.
    socket.on('error', () => {});
    socket.write(buildStartup({ user, database, ...settings }));
    return { ...opening, ...(await readStartupResponse(opening)) };
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

function readStartupResponse({ socket, setReader }: DatabaseSocket): Promise<StartupResponse> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const end = () => reject(new TransientError('the connection ended'));
    socket.once('end', end);
    socket.once('close', end);
    setReader((bytes) => {
      received = Buffer.concat([received, bytes]);
      try {
        const response = parseStartupResponse(received);
        if (response !== undefined) resolve(response);
      } catch (error) {
        reject(error);
      }
    });
  });
}
