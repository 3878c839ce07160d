/** Owns one client connection from beginning to end: handshake, database session, and the bytes between the two. */
import type net from 'node:net';
import type { RdsProxyEvent } from './events.js';
import { type HandshakeOptions, shakeHands } from './handshake.js';
import { Refusal } from './refusal.js';
import { openUpstream, type UpstreamSession } from './upstream.js';
import { AUTHENTICATION_OK, buildFatalError, ProtocolViolation, READY_FOR_QUERY } from './wire.js';

export interface ConnectionOptions extends Pick<HandshakeOptions, 'secureContext' | 'verify'> {
  connectionId: number;
  upstreamSocketPath: string;
  /** How long a client may take to present its token. */
  handshakeTimeoutMillis: number;
  onEvent: (event: RdsProxyEvent) => void;
}

/** Serves a client until either side is gone. Never rejects because of what a client does. */
export async function serveConnection(raw: net.Socket, options: ConnectionOptions): Promise<void> {
  const { connectionId, onEvent } = options;
  const startedAt = performance.now();
  let socket = raw;
  let user: string | undefined;
  const ended = new AbortController();
  raw.once('close', () => ended.abort(new ProtocolViolation('the connection ended')));
  const tooSlow = setTimeout(() => {
    ended.abort(new ProtocolViolation(`no token within ${options.handshakeTimeoutMillis} ms`));
    raw.destroy();
  }, options.handshakeTimeoutMillis);

  try {
    const handshake = await shakeHands(raw, {
      ...options,
      onUser: (name) => {
        user = name;
      },
      onSocket: (encrypted) => {
        socket = encrypted;
      },
    });
    clearTimeout(tooSlow);
    if (handshake === undefined) throw new ProtocolViolation('RDS Proxy ignores requests to cancel a query');

    const { request } = handshake;
    const upstream = await openUpstream(options.upstreamSocketPath, request, ended.signal);
    if (socket.destroyed) upstream.socket.destroy();
    socket.write(Buffer.concat([AUTHENTICATION_OK, upstream.greeting, READY_FOR_QUERY]));
    const who = { connectionId, user: request.user, database: request.database };
    onEvent({ type: 'opened', ...who, durationMillis: performance.now() - startedAt });
    await relay(socket, upstream);
    onEvent({ type: 'closed', ...who, durationMillis: performance.now() - startedAt });
  } catch (error) {
    clearTimeout(tooSlow);
    onEvent(turnAway(socket, describeEnd(error, ended.signal), connectionId, user));
  }
}

/** A reason that was noted when the connection ended says more than what was noticed of it afterwards. */
function describeEnd(error: unknown, ended: AbortSignal): unknown {
  return ended.aborted && !(error instanceof Refusal) ? ended.reason : error;
}

function turnAway(socket: net.Socket, error: unknown, connectionId: number, user: string | undefined): RdsProxyEvent {
  const known = { type: 'refused' as const, connectionId, ...(user !== undefined && { user }) };
  if (error instanceof Refusal) {
    socket.write(buildFatalError(error.sqlState, error.message));
    socket.destroySoon();
    return { ...known, code: error.sqlState, message: error.message, reason: error.reason };
  }
  socket.destroy();
  return { ...known, message: '', reason: error instanceof Error ? error.message : String(error) };
}

/** Session mode: all that either side says goes to the other, no faster than the other reads it. */
async function relay(client: net.Socket, { socket: upstream }: UpstreamSession): Promise<void> {
  client.on('error', () => {});
  client.pipe(upstream).pipe(client);
  await Promise.all([
    new Promise<void>((resolve) => {
      // PostgreSQL's last words, such as that it shuts down, still reach the client.
      upstream.once('close', () => resolve(client.destroySoon()));
    }),
    new Promise<void>((resolve) => {
      if (client.destroyed) resolve();
      client.once('close', () => {
        upstream.destroy();
        resolve();
      });
    }),
  ]);
}
