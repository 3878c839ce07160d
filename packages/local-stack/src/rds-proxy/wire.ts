/**
 * Frames messages of the PostgreSQL protocol, version 3: builds them, and reads whole ones from a socket within
 * limits. Knows nothing of what a proxy does with them.
 * @see https://www.postgresql.org/docs/17/protocol-message-formats.html
 */
import type { Duplex } from 'node:stream';

/** What the first packet of a connection asks for. */
export const REQUEST_CODES = {
  cancel: 80_877_102,
  tls: 80_877_103,
  gssEncryption: 80_877_104,
  protocolVersion3: 196_608,
} as const;

/** As PostgreSQL's own limit for a startup packet. */
const MAX_STARTUP_PACKET_BYTES = 10_000;
/** Room for a token of several kilobytes, or a long error; large messages come only after the startup. */
const MAX_MESSAGE_BYTES = 65_536;

/** A packet without a type byte, which opens a connection. */
export interface StartupPacket {
  /** One of REQUEST_CODES, or what else the client sent. */
  code: number;
  body: Buffer;
}

export interface Message {
  /** One character. */
  type: string;
  body: Buffer;
}

/** The other side sent what is not the protocol, or nothing more. There is nobody to answer. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

/** A message with its type and length in front. */
export function buildMessage(type: string, body: Buffer | string = ''): Buffer {
  const content = typeof body === 'string' ? Buffer.from(body) : body;
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
}

/** An ErrorResponse that ends the connection. */
export function buildFatalError(sqlState: string, message: string): Buffer {
  return buildMessage('E', `SFATAL\0VFATAL\0C${sqlState}\0M${message}\0\0`);
}

/** Asks PostgreSQL to cancel what a session does. @param key the body of that session's BackendKeyData */
export function buildCancelRequest(key: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeInt32BE(key.length + 8, 0);
  header.writeInt32BE(REQUEST_CODES.cancel, 4);
  return Buffer.concat([header, key]);
}

/** A startup packet that asks for protocol version 3. */
export function buildStartup(parameters: Readonly<Record<string, string>>): Buffer {
  const content = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`);
  const header = Buffer.alloc(8);
  header.writeInt32BE(content.length + 8, 0);
  header.writeInt32BE(REQUEST_CODES.protocolVersion3, 4);
  return Buffer.concat([header, content]);
}

export const AUTHENTICATION_OK = buildMessage('R', Buffer.from([0, 0, 0, 0]));
export const ASK_FOR_PASSWORD = buildMessage('R', Buffer.from([0, 0, 0, 3]));
/** The session is idle, outside a transaction. */
export const READY_FOR_QUERY = buildMessage('Z', 'I');

/** The fields of an ErrorResponse by their one-letter name: C is the SQLSTATE, M the message. */
export function parseErrorFields(body: Buffer): Record<string, string> {
  const fields = body.toString('utf8').split('\0').filter(Boolean);
  return Object.fromEntries(fields.map((field) => [field.slice(0, 1), field.slice(1)]));
}

/**
 * Gives `work` the only reader of a socket, until it ends. What was not read stays in the socket for the next reader.
 * The socket must have no other reader meanwhile.
 */
export async function withReader<Result>(
  socket: Duplex,
  work: (reader: MessageReader) => Promise<Result>,
): Promise<Result> {
  const reader = new MessageReader(socket);
  try {
    return await work(reader);
  } finally {
    reader.release();
  }
}

const WAKING_EVENTS = ['readable', 'end', 'close'] as const;

/** Reads exactly what is asked for, however it arrives. Obtained from withReader. */
export class MessageReader {
  readonly #socket: Duplex;
  #wakeUp = () => {};

  constructor(socket: Duplex) {
    this.#socket = socket;
    // Once for all reads: a socket that holds half a message would announce it to each new listener, without end.
    for (const event of WAKING_EVENTS) socket.on(event, this.#onEvent);
  }

  /** Leaves the socket alone. */
  release(): void {
    for (const event of WAKING_EVENTS) this.#socket.off(event, this.#onEvent);
  }

  /** @throws ProtocolViolation when it is too large or too small, or the socket ends */
  async readStartupPacket(): Promise<StartupPacket> {
    const length = (await this.#read(4)).readInt32BE(0);
    if (length < 8 || length > MAX_STARTUP_PACKET_BYTES) {
      throw new ProtocolViolation(`a startup packet of ${length} bytes`);
    }
    const content = await this.#read(length - 4);
    return { code: content.readInt32BE(0), body: content.subarray(4) };
  }

  /** @throws ProtocolViolation when it is too large, or the socket ends */
  async readMessage(): Promise<Message> {
    const header = await this.#read(5);
    const length = header.readInt32BE(1);
    if (length < 4 || length > MAX_MESSAGE_BYTES) throw new ProtocolViolation(`a message of ${length} bytes`);
    return { type: header.toString('latin1', 0, 1), body: await this.#read(length - 4) };
  }

  async #read(byteCount: number): Promise<Buffer> {
    if (byteCount === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes = this.#socket.read(byteCount) as Buffer | null;
      if (bytes?.length === byteCount) return bytes;
      // A socket that has ended gives what is left, however short.
      if (bytes !== null || this.#socket.readableEnded || this.#socket.destroyed) {
        throw new ProtocolViolation('the connection ended');
      }
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve;
      });
    }
  }

  readonly #onEvent = () => this.#wakeUp();
}
