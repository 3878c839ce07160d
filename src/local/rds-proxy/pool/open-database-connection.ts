/** Owns opening a database session for the pool, on the Unix socket where PostgreSQL trusts every user. */
import { once } from 'node:events';
import net from 'node:net';
import { borrowTimedOut, Refusal } from '../refusal.js';
import {
  buildMessage,
  buildStartup,
  type Message,
  type MessageReader,
  ProtocolViolation,
  parseErrorFields,
  withReader,
} from '../wire.js';
import type { SessionIdentity } from './session-identity.js';

/** A database session that waits for its first query. */
export interface OpenedSession {
  /** Not being read. */
  socket: net.Socket;
  /** ParameterStatus messages for the client. BackendKeyData is left out: RDS Proxy supports no CancelRequest. */
  greeting: Buffer;
  /** The body of BackendKeyData: with it the proxy itself can cancel. */
  cancelKey: Buffer;
}

/** SQLSTATEs of a database that is about to be back, or about to have room: shutting down, starting up, full. */
const PASSING_STATES: ReadonlySet<string | undefined> = new Set(['57P01', '57P03', '53300']);
const EMPTY = Buffer.alloc(0);

/** The database cannot serve now, and may be able to soon. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}

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
  // The far end may be done while ours is not: what it still has to say is read.
  const socket = net.connect({ path: socketPath, signal, allowHalfOpen: true });
  try {
    await once(socket, 'connect').catch((error: Error) => {
      throw new NotNow(error.message);
    });
    // From here on an error is followed by 'close', which the reader sees.
    socket.on('error', () => {});
    socket.write(buildStartup({ user, database, ...settings }));
    return { socket, ...(await withReader(socket, readGreeting)) };
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error instanceof ProtocolViolation ? new NotNow(error.message) : error;
  }
}

async function readGreeting(reader: MessageReader): Promise<{ greeting: Buffer; cancelKey: Buffer }> {
  const greeting: Buffer[] = [];
  let cancelKey: Buffer = EMPTY;
  for (;;) {
    const message = await reader.readMessage();
    if (message.type === 'Z') return { greeting: Buffer.concat(greeting), cancelKey };
    if (message.type === 'S') greeting.push(buildMessage('S', message.body));
    if (message.type === 'K') cancelKey = message.body;
    if (message.type === 'E') throw databaseError(message);
    if (message.type === 'R' && message.body.readInt32BE(0) !== 0) {
      throw borrowTimedOut('PostgreSQL asks for a password where it should trust');
    }
  }
}

function databaseError({ body }: Message): Error {
  const { C: sqlState = 'XX000', M: message = 'Unknown error.' } = parseErrorFields(body);
  return PASSING_STATES.has(sqlState) ? new NotNow(message) : new Refusal(sqlState, message);
}
