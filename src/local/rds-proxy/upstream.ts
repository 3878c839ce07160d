/** Owns opening a database session for a client, on the Unix socket where PostgreSQL trusts every user. */
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { databaseUnreachable, Refusal } from './refusal.js';
import type { StartupRequest } from './startup.js';
import {
  buildMessage,
  buildStartup,
  type Message,
  type MessageReader,
  ProtocolViolation,
  parseErrorFields,
  withReader,
} from './wire.js';

/** A database session that waits for its first query. */
export interface UpstreamSession {
  /** Not being read. */
  socket: net.Socket;
  /** ParameterStatus messages for the client. BackendKeyData is left out: RDS Proxy supports no CancelRequest. */
  greeting: Buffer;
}

/** ConnectionBorrowTimeout of RDS Proxy, at its default. */
const BORROW_TIMEOUT_MILLIS = 120_000;
const RETRY_MILLIS = 25;
/** SQLSTATEs of a database that is about to be back: starting up, shutting down. */
const PASSING_STATES: ReadonlySet<string | undefined> = new Set(['57P01', '57P03']);

/** The database cannot serve now, and may be able to soon. */
class NotNow extends Error {}

/**
 * Opens a session, and while the database restarts, waits for it as RDS Proxy does.
 * @param signal aborts the wait, with the signal's reason
 * @throws Refusal with PostgreSQL's own error, or when the database is not there in time
 */
export async function openUpstream(
  socketPath: string,
  request: StartupRequest,
  signal: AbortSignal,
): Promise<UpstreamSession> {
  const giveUpAt = performance.now() + BORROW_TIMEOUT_MILLIS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await tryOpen(socketPath, request, signal);
    } catch (error) {
      if (!(error instanceof NotNow)) throw error;
      if (performance.now() > giveUpAt) throw databaseUnreachable(error.message);
      await delay(RETRY_MILLIS, undefined, { signal });
    }
  }
}

async function tryOpen(socketPath: string, request: StartupRequest, signal: AbortSignal): Promise<UpstreamSession> {
  const socket = net.connect({ path: socketPath, signal });
  try {
    await once(socket, 'connect').catch((error: Error) => {
      throw new NotNow(error.message);
    });
    // From here on an error is followed by 'close', which the reader sees.
    socket.on('error', () => {});
    socket.write(buildStartup({ user: request.user, database: request.database, ...request.settings }));
    return { socket, greeting: await withReader(socket, readGreeting) };
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error instanceof ProtocolViolation ? new NotNow(error.message) : error;
  }
}

async function readGreeting(reader: MessageReader): Promise<Buffer> {
  const greeting: Buffer[] = [];
  for (;;) {
    const message = await reader.readMessage();
    if (message.type === 'Z') return Buffer.concat(greeting);
    if (message.type === 'S') greeting.push(buildMessage('S', message.body));
    if (message.type === 'E') throw databaseError(message);
    if (message.type === 'R' && message.body.readInt32BE(0) !== 0) {
      throw databaseUnreachable('PostgreSQL asks for a password where it should trust');
    }
  }
}

function databaseError({ body }: Message): Error {
  const { C: sqlState = 'XX000', M: message = 'Unknown error.' } = parseErrorFields(body);
  return PASSING_STATES.has(sqlState) ? new NotNow(message) : new Refusal(sqlState, message);
}
