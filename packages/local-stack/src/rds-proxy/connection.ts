/** Serves one client connection from beginning to end: handshake, startup, and the session until either side is gone. */
import type net from 'node:net';
import type { RdsProxyEvent } from './events.js';
import { type HandshakeOptions, shakeHands } from './handshake.js';
import type { PoolKey } from './pool/pool-key.js';
import { ProxyError } from './proxy-error.js';
import { ClientSession, type ClientSessionOptions } from './session/client-session.js';
import type { FindPinReasons } from './session/statement-relay.js';
import { AUTHENTICATION_OK, buildFatalError, ProtocolViolation, READY_FOR_QUERY } from './wire.js';

export interface ConnectionOptions
  extends Pick<HandshakeOptions, 'secureContext' | 'admit' | 'verify'>,
    Omit<ClientSessionOptions, 'identity' | 'onPin' | 'findPinReasons'> {
  connectionId: number;
  /** How long a client may take to present its token. */
  handshakeTimeoutMillis: number;
  onEvent: (event: RdsProxyEvent) => void;
  /** Its grammar takes a moment to load. */
  findPinReasons: Promise<FindPinReasons>;
  onPin: (identity: PoolKey, ...pin: Parameters<ClientSessionOptions['onPin']>) => void;
  /** Called when the client is logged in. */
  onSession: (session: ClientSession) => void;
}

/** Serves a client until either side is gone. Never rejects because of what a client does. */
export async function serveConnection(raw: net.Socket, options: ConnectionOptions): Promise<void> {
  const { connectionId, onEvent, pool } = options;
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
    const parameters = await pool.startupParameters(request, ended.signal);
    const findPinReasons = await options.findPinReasons;
    ended.signal.throwIfAborted();
    socket.write(Buffer.concat([AUTHENTICATION_OK, parameters, READY_FOR_QUERY]));
    const who = { connectionId, user: request.user, database: request.database };
    onEvent({ type: 'opened', ...who, durationMillis: performance.now() - startedAt });
    const session = new ClientSession(handshake.socket, {
      ...options,
      identity: request,
      findPinReasons,
      onPin: (...pin) => options.onPin(request, ...pin),
    });
    options.onSession(session);
    const end = await session.ended;
    onEvent({ type: 'closed', ...who, durationMillis: performance.now() - startedAt, ...end });
  } catch (error) {
    clearTimeout(tooSlow);
    onEvent(turnAway(socket, describeEnd(error, ended.signal), connectionId, user));
  }
}

/** A reason that was noted when the connection ended says more than what was noticed of it afterwards. */
function describeEnd(error: unknown, ended: AbortSignal): unknown {
  return ended.aborted && !(error instanceof ProxyError) ? ended.reason : error;
}

function turnAway(socket: net.Socket, error: unknown, connectionId: number, user: string | undefined): RdsProxyEvent {
  const known = { type: 'refused' as const, connectionId, ...(user !== undefined && { user }) };
  if (error instanceof ProxyError) {
    socket.write(buildFatalError(error.sqlState, error.message));
    socket.destroySoon();
    return { ...known, code: error.sqlState, message: error.message, reason: error.reason };
  }
  socket.destroy();
  return { ...known, message: '', reason: error instanceof Error ? error.message : String(error) };
}
