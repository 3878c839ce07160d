/**
 * Cuts the bytes that a client sends into messages, however they arrive. A message that the proxy must understand is handed
 * out whole, or with its beginning; the rest of a large one passes through in pieces, so that nothing large is held.
 */
import { ProtocolViolation } from '../wire.js';
import { FRONTEND } from './message-types.js';

/** A message, or as much of its beginning as the proxy must see. What is missing follows as Rest. */
export interface FrontendMessage {
  kind: 'message';
  /** One of FRONTEND. */
  type: number;
  /** Begins with the type byte and the length. */
  bytes: Buffer;
  /** Of the whole message, its type byte included. */
  lengthBytes: number;
}

/** The next part of the message that was handed out last. */
export interface Rest {
  kind: 'rest';
  bytes: Buffer;
}

export const HEADER_BYTES = 5;
const EMPTY = Buffer.alloc(0);
/** Statement text that is longer pins, and need not be understood. */
export const MAX_STATEMENT_TEXT_BYTES = 16 * 1024;
/** A longer Parse has too long a text, even if it names the most parameter types that there can be. */
const MAX_PARSE_BYTES = 512 * 1024;
/** Holds the two names that a Bind begins with. */
const BIND_BEGINNING_BYTES = 4 * 1024;
/** PostgreSQL's own limits. @see PQ_SMALL_MESSAGE_LIMIT, PQ_LARGE_MESSAGE_LIMIT in libpq.h */
const SMALL_MESSAGE_BYTES = 10_000;
const LARGE_MESSAGE_BYTES = 0x3fff_fffe;

/** By type: how long a message may be, and how much of one the proxy must see. */
const KNOWN: ReadonlyMap<number, { limitBytes: number; seenBytes(lengthBytes: number): number }> = new Map([
  [FRONTEND.query, large((length) => (length > HEADER_BYTES + MAX_STATEMENT_TEXT_BYTES + 1 ? HEADER_BYTES : length))],
  [FRONTEND.parse, large((length) => (length > MAX_PARSE_BYTES ? HEADER_BYTES : length))],
  [FRONTEND.bind, large((length) => Math.min(length, BIND_BEGINNING_BYTES))],
  [FRONTEND.functionCall, large(() => HEADER_BYTES)],
  [FRONTEND.copyData, large(() => HEADER_BYTES)],
  ...[
    FRONTEND.close,
    FRONTEND.describe,
    FRONTEND.execute,
    FRONTEND.flush,
    FRONTEND.sync,
    FRONTEND.terminate,
    FRONTEND.copyDone,
    FRONTEND.copyFail,
  ].map((type) => [type, { limitBytes: SMALL_MESSAGE_BYTES, seenBytes: (length: number) => length }] as const),
]);

function large(seenBytes: (lengthBytes: number) => number) {
  return { limitBytes: LARGE_MESSAGE_BYTES, seenBytes };
}

/** Fed with `push`, emptied with `next`. */
export class FrontendStream {
  #unread: Buffer = EMPTY;
  #restBytes = 0;

  /** Bytes that were pushed and not handed out. */
  get bufferedBytes(): number {
    return this.#unread.length;
  }

  /** Whether a part of the last message is still to come. */
  get isMidMessage(): boolean {
    return this.#restBytes > 0;
  }

  push(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
  }

  /**
   * @returns nothing until more is pushed
   * @throws ProtocolViolation for a type or length that PostgreSQL would not accept either
   */
  next(): FrontendMessage | Rest | undefined {
    if (this.#restBytes > 0) return this.#nextRest();
    if (this.#unread.length < HEADER_BYTES) return undefined;

    const type = this.#unread[0] ?? 0;
    const lengthBytes = 1 + this.#unread.readInt32BE(1);
    const known = KNOWN.get(type);
    if (known === undefined) throw new ProtocolViolation(`invalid frontend message type ${type}`);
    if (lengthBytes < HEADER_BYTES || lengthBytes > known.limitBytes) {
      throw new ProtocolViolation(`invalid length ${lengthBytes - 1} of message type ${type}`);
    }
    const seenBytes = known.seenBytes(lengthBytes);
    if (this.#unread.length < seenBytes) return undefined;
    this.#restBytes = lengthBytes - seenBytes;
    return { kind: 'message', type, bytes: this.#take(seenBytes), lengthBytes };
  }

  #nextRest(): Rest | undefined {
    const available = Math.min(this.#restBytes, this.#unread.length);
    if (available === 0) return undefined;
    this.#restBytes -= available;
    return { kind: 'rest', bytes: this.#take(available) };
  }

  #take(byteCount: number): Buffer {
    const unread = this.#unread;
    const isAll = byteCount === unread.length;
    this.#unread = isAll ? EMPTY : unread.subarray(byteCount);
    return isAll ? unread : unread.subarray(0, byteCount);
  }
}
