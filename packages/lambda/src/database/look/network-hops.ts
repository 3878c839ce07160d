/**
 * The hops below PostgreSQL: the name, the port, and the certificate. What Node.js loads for them is loaded when a look is
 * asked for, and not with each cold start.
 */
import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import type { LookReport } from './report.js';
import { LOOK_CODES } from './report.js';

/** @returns every address, in the order in which they are tried */
export async function resolveName(host: string): Promise<string[]> {
  const { lookup } = process.getBuiltinModule('node:dns');
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses.map(({ address }) => address));
      else reject(error);
    });
  });
}

/** @param onOpening is given the socket before it is connected, so that it can be closed whatever happens */
export async function openSocket(
  addresses: readonly string[],
  port: number,
  onOpening: (socket: Socket) => void,
): Promise<Socket> {
  const { connect, isIP } = process.getBuiltinModule('node:net');
  const found: LookupAddress[] = addresses.map((address) => ({ address, family: isIP(address) }));
  const socket = connect({
    host: 'resolved',
    port,
    lookup: (_, { all }, callback) =>
      all ? callback(null, found) : callback(null, found[0]?.address ?? '', found[0]?.family),
  });
  // Without a listener, a connection that is reset later would end the process.
  socket.on('error', () => {});
  onOpening(socket);
  await occurrence(socket, 'connect');
  return socket;
}

/** @throws what the socket reports, or that it was closed before */
function occurrence(socket: Socket, event: 'connect' | 'data' | 'secureConnect'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const closed = Object.assign(new Error('The other end closed the connection.'), { code: 'ECONNRESET' });
    socket
      .once(event, resolve)
      .once('error', reject)
      .once('close', () => reject(closed));
  });
}

/** @see https://www.postgresql.org/docs/17/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const ACCEPTED = 'S'.charCodeAt(0);

/**
 * Asks for TLS as node-postgres does, and reads the certificate, trusted or not: a rejected one is of interest most. Nothing is
 * sent on this connection after the handshake, no token and no name of a user.
 */
export async function inspectCertificate(
  socket: Socket,
  host: string,
  ca: string | undefined,
): Promise<NonNullable<LookReport['tls']> & { error?: Error }> {
  socket.write(SSL_REQUEST);
  const answer = (await occurrence(socket, 'data')) as Buffer;
  if (answer[0] !== ACCEPTED) throw Object.assign(new Error('The server has no TLS.'), { code: LOOK_CODES.noTls });
  const { isIP } = process.getBuiltinModule('node:net');
  const secured = process.getBuiltinModule('node:tls').connect({
    socket,
    rejectUnauthorized: false,
    ...(!isIP(host) && { servername: host }),
    ca,
  });
  await occurrence(secured, 'secureConnect');
  const { issuer, subjectaltname = '', valid_to } = secured.getPeerCertificate();
  const problem = secured.authorized ? undefined : String(secured.authorizationError);
  return {
    protocol: secured.getProtocol(),
    issuer: [issuer.O, issuer.CN].filter((name) => name !== undefined).join(', '),
    names: subjectaltname,
    validTo: new Date(valid_to).toISOString(),
    ...(problem !== undefined && {
      error: Object.assign(new Error(`The certificate was rejected: ${problem}`), { code: problem }),
    }),
  };
}
