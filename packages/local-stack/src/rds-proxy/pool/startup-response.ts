/** Parses PostgreSQL's response to a startup packet: parameters, an error, or an incomplete message. */
import { borrowTimedOut, ProxyError } from '../proxy-error.js';
import { buildMessage, parseErrorFields } from '../wire.js';

export interface StartupResponse {
  /** ParameterStatus messages for the client. BackendKeyData is left out: RDS Proxy supports no CancelRequest. */
  parameters: Buffer;
  /** The body of BackendKeyData: with it the proxy itself can cancel. */
  cancelKey: Buffer;
}

/** The database cannot serve now, and may be able to soon. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** SQLSTATEs of a database that is about to be back, or about to have room: shutting down, starting up, full. */
const TRANSIENT_SQLSTATES: ReadonlySet<string | undefined> = new Set(['57P01', '57P03', '53300']);
const HEADER_BYTES = 5;

/**
 * @param received all that PostgreSQL said so far
 * @returns nothing until the session is ready for a query
 * @throws ProxyError with PostgreSQL's own error, or TransientError
 */
export function parseStartupResponse(received: Buffer): StartupResponse | undefined {
  const statuses: Buffer[] = [];
  let cancelKey: Buffer = Buffer.alloc(0);
  for (let at = 0; at + HEADER_BYTES <= received.length; ) {
    const type = received.toString('latin1', at, at + 1);
    const lengthBytes = received.readInt32BE(at + 1);
    if (lengthBytes < 4) throw new TransientError(`PostgreSQL sent a message of ${lengthBytes} bytes`);
    const end = at + 1 + lengthBytes;
    if (end > received.length) return undefined;
    const body = received.subarray(at + HEADER_BYTES, end);
    if (type === 'Z') return { parameters: Buffer.concat(statuses), cancelKey };
    if (type === 'S') statuses.push(buildMessage('S', body));
    if (type === 'K') cancelKey = Buffer.from(body);
    if (type === 'E') throw databaseError(body);
    if (type === 'R' && body.readInt32BE(0) !== 0) {
      throw borrowTimedOut('PostgreSQL asks for a password where it should trust');
    }
    at = end;
  }
  return undefined;
}

function databaseError(body: Buffer): Error {
  const { C: sqlState = 'XX000', M: message = 'Unknown error.' } = parseErrorFields(body);
  return TRANSIENT_SQLSTATES.has(sqlState) ? new TransientError(message) : new ProxyError(sqlState, message);
}
