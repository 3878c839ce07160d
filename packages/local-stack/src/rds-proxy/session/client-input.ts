/** Buffers what a client sends until it is relayed: pauses reading, delays it while a fault is active, cuts it into messages. */
import { type FrontendMessage, FrontendStream, type Rest } from './frontend-stream.js';

/** The client's socket, as far as a session uses it. */
export interface ClientSocket {
  readonly destroyed: boolean;
  write(bytes: Buffer): boolean;
  pause(): void;
  resume(): void;
  destroy(): void;
  /** Ends it once all is written. */
  destroySoon(): void;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

export interface ClientInputOptions {
  /** How long to hold back what the client sends, in milliseconds. Asked for each chunk. */
  latencyMillis: () => number;
  /** Called when there is more to take by `next`. */
  onMore: () => void;
}

/** Of a client that sends on while it waits for a database connection. */
const MAX_BUFFERED_BYTES = 256 * 1024;

export class ClientInput {
  /** When the client said something last. */
  lastHeardMillis = performance.now();
  readonly #client: ClientSocket;
  readonly #options: ClientInputOptions;
  readonly #stream = new FrontendStream();
  #isIgnored = false;
  #isDelayed = false;
  #isReading = true;

  /** @param client not being read; is read from now on */
  constructor(client: ClientSocket, options: ClientInputOptions) {
    this.#client = client;
    this.#options = options;
    client.on('data', (chunk) => this.#onChunk(chunk));
    client.resume();
  }

  /** Whether a part of the message that was taken last is still to come. */
  get isMidMessage(): boolean {
    return this.#stream.isMidMessage;
  }

  /**
   * @returns nothing until there is more
   * @throws ProtocolViolation for what PostgreSQL would not accept either
   */
  next(): FrontendMessage | Rest | undefined {
    return this.#stream.next();
  }

  /** Whatever arrives from now on is dropped. */
  ignore(): void {
    this.#isIgnored = true;
  }

  /**
   * Reads on, or stops. A client that is held up is read on for a while, or it would not be noticed that it left.
   * @param isHeldUp nothing is taken for now
   * @param isDatabaseFull PostgreSQL does not take in more for now
   */
  updateReading(isHeldUp: boolean, isDatabaseFull: boolean): void {
    const isHoldingMuch = isHeldUp && this.#stream.bufferedBytes > MAX_BUFFERED_BYTES;
    const shouldRead = !isHoldingMuch && !isDatabaseFull && !this.#isDelayed;
    if (shouldRead === this.#isReading) return;
    this.#isReading = shouldRead;
    if (shouldRead) this.#client.resume();
    else this.#client.pause();
  }

  #onChunk(chunk: Buffer): void {
    if (this.#isIgnored) return;
    this.lastHeardMillis = performance.now();
    const latencyMillis = this.#options.latencyMillis();
    if (latencyMillis === 0) this.#take(chunk);
    else this.#takeLater(chunk, latencyMillis);
  }

  #takeLater(chunk: Buffer, latencyMillis: number): void {
    this.#isDelayed = true;
    this.#isReading = false;
    this.#client.pause();
    setTimeout(() => {
      this.#isDelayed = false;
      this.#take(chunk);
    }, latencyMillis);
  }

  #take(chunk: Buffer): void {
    if (this.#client.destroyed || this.#isIgnored) return;
    this.#stream.push(chunk);
    this.#options.onMore();
  }
}
