/** Holds one connection to PostgreSQL: lent to one client at a time, and closed so that PostgreSQL rolls back what was open. */
import net from 'node:net';
import { type BackendListener, BackendStream } from '../session/backend-stream.js';
import { ByteRun } from '../session/byte-run.js';
import { BACKEND } from '../session/message-types.js';
import { PreparedOnConnection } from '../session/prepared-statements.js';
import { buildCancelRequest } from '../wire.js';
import type { OpenedSession } from './open-database-connection.js';

/** The session that has borrowed a connection. */
export interface Borrower {
  /** PostgreSQL said something. */
  onData(chunk: Buffer): void;
  /** PostgreSQL takes in more again, after `write` said that it does not. */
  onDrain(): void;
  /** The connection is gone, and with it whatever was open. */
  onLost(): void;
}

export class DatabaseConnection implements BackendListener {
  readonly openedAtMillis = performance.now();
  /** Since when nobody has it. */
  idleSinceMillis = this.openedAtMillis;
  readonly stream = new BackendStream();
  readonly prepared = new PreparedOnConnection();
  /** Resolves when PostgreSQL has let go of the session. */
  readonly closed: Promise<void>;
  readonly #socket: net.Socket;
  readonly #socketPath: string;
  readonly #cancelKey: Buffer;
  #borrower: Borrower | undefined;
  #isPaused = false;
  #isEnding = false;

  /**
   * @param key of the identity that it was opened for
   * @param onClosed called once, before the borrower hears of it
   */
  constructor(
    { socket, cancelKey, setReader }: OpenedSession,
    socketPath: string,
    readonly key: string,
    onClosed: (connection: DatabaseConnection) => void,
  ) {
    this.#socket = socket;
    this.#socketPath = socketPath;
    this.#cancelKey = cancelKey;
    setReader((bytes) => this.#onData(bytes));
    socket.on('drain', () => this.#borrower?.onDrain());
    socket.on('end', () => socket.end());
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        const borrower = this.#borrower;
        this.#borrower = undefined;
        onClosed(this);
        borrower?.onLost();
        resolve();
      });
    });
  }

  /** False as soon as either side has begun to close it, or PostgreSQL said that it will. */
  get isUsable(): boolean {
    return !this.#isEnding && this.#socket.writable && this.#socket.readable;
  }

  get isLent(): boolean {
    return this.#borrower !== undefined;
  }

  assignTo(borrower: Borrower): void {
    this.#borrower = borrower;
  }

  /** The borrower hears no more of it. */
  takeBack(): void {
    this.#borrower = undefined;
    this.idleSinceMillis = performance.now();
    this.resume();
  }

  /** @returns false when the borrower should wait for onDrain */
  write(bytes: Buffer): boolean {
    return this.#socket.write(bytes);
  }

  /** Stops or continues reading, when the client does not read as fast as PostgreSQL writes. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  /**
   * Closes it as a vanished client would. PostgreSQL ends the statement that runs, rolls back what is open, and then lets
   * go; until then the session counts. No Terminate message: it could be taken for the end of a message cut short.
   */
  close(): void {
    this.#borrower = undefined;
    this.resume();
    this.#socket.end();
  }

  /** Breaks it off, and has PostgreSQL cancel the statement that runs: what a failover does. */
  breakOff(): void {
    if (this.isLent) this.#cancelStatement();
    this.#socket.destroy();
  }

  #cancelStatement(): void {
    const socket = net.connect({ path: this.#socketPath });
    // A database that is away has nothing left to cancel.
    socket.on('error', () => {});
    socket.end(buildCancelRequest(this.#cancelKey));
    socket.resume();
  }

  #onData(chunk: Buffer): void {
    if (this.#borrower !== undefined) this.#borrower.onData(chunk);
    else this.stream.read(chunk, new ByteRun(), this);
  }

  /** Between two borrowers PostgreSQL may report a changed parameter, or an error: that it shuts down. No client receives it. */
  onMessage(type: number): boolean {
    if (type === BACKEND.errorResponse) this.#isEnding = true;
    return false;
  }
}
