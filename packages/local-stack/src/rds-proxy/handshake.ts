/** Takes a connection from its first byte to its accepted token: TLS, startup packet, password. Opens no session. */
import type net from 'node:net';
import tls from 'node:tls';
import { authenticationFailed, malformedStartup, tlsRequired } from './proxy-error.js';
import { parseStartup, type StartupRequest } from './startup.js';
import type { TokenVerdict } from './token.js';
import { ASK_FOR_PASSWORD, ProtocolViolation, REQUEST_CODES, type StartupPacket, withReader } from './wire.js';

export interface Handshake {
  /** Encrypted, and not being read. */
  socket: tls.TLSSocket;
  request: StartupRequest;
}

export interface HandshakeOptions {
  secureContext: tls.SecureContext;
  /** Called when the client has said who it is, and before it is asked for a token. @throws ProxyError */
  admit: (user: string) => void;
  /** @throws ProxyError instead of judging */
  verify: (token: string, user: string) => TokenVerdict;
  /** Called as soon as the client has said who it is. */
  onUser: (user: string) => void;
  /** Called when the connection continues on another socket, which is where an error message then belongs. */
  onSocket: (socket: net.Socket) => void;
}

const YES_TO_TLS = 'S';
const NO_TO_ENCRYPTION = 'N';

/**
 * @returns nothing when the client asked to cancel a query, which RDS Proxy ignores
 * @throws ProxyError when the client must get the reason of the refusal, ProtocolViolation when not
 */
export async function shakeHands(raw: net.Socket, options: HandshakeOptions): Promise<Handshake | undefined> {
  const unencrypted = await readFirstPacket(raw);
  if (unencrypted.code === REQUEST_CODES.cancel) return undefined;
  if (unencrypted.code !== REQUEST_CODES.tls) {
    options.onUser(parseStartup(unencrypted).user);
    throw tlsRequired();
  }

  const socket = await startTls(raw, options.secureContext);
  options.onSocket(socket);
  const encrypted = await readFirstPacket(socket);
  if (encrypted.code === REQUEST_CODES.cancel) return undefined;
  if (encrypted.code === REQUEST_CODES.tls) throw malformedStartup('TLS was asked for within TLS');

  const request = parseStartup(encrypted);
  options.onUser(request.user);
  options.admit(request.user);
  const verdict = options.verify(await readPassword(socket), request.user);
  if (!verdict.accepted) throw authenticationFailed(request.user, verdict.reason);
  return { socket, request };
}

/** libpq may ask for GSSAPI encryption first, and goes on when it is refused. Once: more is an attempt to keep us busy. */
function readFirstPacket(socket: net.Socket): Promise<StartupPacket> {
  return withReader(socket, async (reader) => {
    const packet = await reader.readStartupPacket();
    if (packet.code !== REQUEST_CODES.gssEncryption) return packet;
    socket.write(NO_TO_ENCRYPTION);
    const second = await reader.readStartupPacket();
    if (second.code === REQUEST_CODES.gssEncryption) throw new ProtocolViolation('GSSAPI encryption asked for twice');
    return second;
  });
}

async function startTls(raw: net.Socket, secureContext: tls.SecureContext): Promise<tls.TLSSocket> {
  // What was sent before TLS must never be taken for what came within it (CVE-2021-23214).
  if (raw.readableLength > 0) throw new ProtocolViolation('bytes were sent ahead of TLS');
  raw.write(YES_TO_TLS);
  const socket = new tls.TLSSocket(raw, { isServer: true, secureContext });
  await new Promise<void>((resolve, reject) => {
    socket.once('secure', resolve);
    socket.on('error', (error) => reject(new ProtocolViolation(`TLS failed: ${error.message}`, { cause: error })));
    socket.once('close', () => reject(new ProtocolViolation('the connection ended in the TLS handshake')));
  });
  return socket;
}

async function readPassword(socket: tls.TLSSocket): Promise<string> {
  socket.write(ASK_FOR_PASSWORD);
  const { type, body } = await withReader(socket, (reader) => reader.readMessage());
  if (type !== 'p' || body.at(-1) !== 0) throw new ProtocolViolation('no password where one was asked for');
  return body.toString('utf8', 0, body.length - 1);
}
