/** Owns opening a database session for the pool, on the Unix socket where PostgreSQL trusts every user. */
import { once } from 'node:events';
import { buildStartup } from '../wire.js';
import { connectToDatabase, type DatabaseSocket } from './database-socket.js';
import { type Greeting, NotNow, parseGreeting } from './greeting.js';
import type { SessionIdentity } from './session-identity.js';

/** A database session that waits for its first query. */
export interface OpenedSession extends DatabaseSocket, Greeting {}

/**
 * @param signal aborts the attempt, with the signal's reason
 * @throws Refusal with PostgreSQL's own error, or NotNow
 */
export async function openDatabaseSession(
  socketPath: string,
  { user, database, settings }: SessionIdentity,
  signal: AbortSignal,
): Promise<OpenedSession> {
  signal.throwIfAborted();
  const opening = connectToDatabase(socketPath, signal);
  const { socket } = opening;
  try {
    await once(socket, 'connect').catch((error: Error) => {
      throw new NotNow(error.message);
    });
    // From here on an error is followed by 'close', which ends the greeting.
    socket.on('error', () => {});
    socket.write(buildStartup({ user, database, ...settings }));
    return { ...opening, ...(await readGreeting(opening)) };
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

function readGreeting({ socket, setReader }: DatabaseSocket): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const end = () => reject(new NotNow('the connection ended'));
    socket.once('end', end);
    socket.once('close', end);
    setReader((bytes) => {
      received = Buffer.concat([received, bytes]);
      try {
        const greeting = parseGreeting(received);
        if (greeting !== undefined) resolve(greeting);
      } catch (error) {
        reject(error);
      }
    });
  });
}
