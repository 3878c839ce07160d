/**
 * Finds the messages in what PostgreSQL sends, without holding them: of each, only its type and the byte behind
 * its length are looked at, and the bytes pass through.
 */
import { ProtocolViolation } from '../wire.js';
import type { ByteRun } from './byte-run.js';
import { BACKEND } from './message-types.js';

const HEADER_BYTES = 5;
const EMPTY = Buffer.alloc(0);

/** Told of each message as its header goes by. An object, since to make a function for each transaction takes time. */
export interface BackendListener {
  /**
   * @param status the transaction status, of ReadyForQuery
   * @returns false when the message is not for the client
   */
  onMessage(type: number, status: number): boolean;
}

export class BackendStream {
  /** The beginning of a message whose header is not all there yet. */
  #carried: Buffer = EMPTY;
  #restBytes = 0;
  #passesRest = true;

  /** Whether the bytes so far end where a message ends. */
  get isBetweenMessages(): boolean {
    return this.#carried.length === 0 && this.#restBytes === 0;
  }

  /**
   * Looks at a chunk, and appends what the client is to get to `output`.
   * @throws ProtocolViolation for a message that says it is shorter than its length
   */
  read(chunk: Buffer, output: ByteRun, listener: BackendListener): void {
    const bytes = this.#carried.length === 0 ? chunk : Buffer.concat([this.#carried, chunk]);
    this.#carried = EMPTY;
    let at = 0;
    while (at < bytes.length) {
      if (this.#restBytes === 0) {
        const type = bytes[at] ?? 0;
        const headerBytes = type === BACKEND.readyForQuery ? HEADER_BYTES + 1 : HEADER_BYTES;
        if (bytes.length - at < headerBytes) {
          this.#carried = bytes.subarray(at);
          return;
        }
        const lengthBytes = 1 + bytes.readInt32BE(at + 1);
        if (lengthBytes < headerBytes) throw new ProtocolViolation(`a message of ${lengthBytes - 1} bytes`);
        this.#restBytes = lengthBytes;
        this.#passesRest = listener.onMessage(type, bytes[at + HEADER_BYTES] ?? 0);
      }
      const end = Math.min(bytes.length, at + this.#restBytes);
      if (this.#passesRest) output.append(bytes, at, end);
      this.#restBytes -= end - at;
      at = end;
    }
  }
}
