/**
 * Owns one client from its login to its end: borrows a database connection for each transaction, keeps it for good once
 * the session is pinned, and lets PostgreSQL roll back what a client leaves behind.
 */
import type { ConnectionPool } from '../pool/connection-pool.js';
import type { Borrower, DatabaseConnection } from '../pool/database-connection.js';
import type { SessionIdentity } from '../pool/session-identity.js';
import { Refusal } from '../refusal.js';
import { buildFatalError, ProtocolViolation, READY_FOR_QUERY } from '../wire.js';
import { ByteRun } from './byte-run.js';
import { type FrontendMessage, FrontendStream, type Rest } from './frontend-stream.js';
import { BACKEND, FRONTEND } from './message-types.js';
import { PendingReplies } from './pending-replies.js';
import { StatementRelay, type StatementRelayOptions } from './statement-relay.js';

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

export interface ClientSessionOptions extends Omit<StatementRelayOptions, 'onPin'> {
  identity: SessionIdentity;
  pool: ConnectionPool;
  /** @param isFirst whether the session was not pinned before */
  onPin: (...pin: [...Parameters<StatementRelayOptions['onPin']>, isFirst: boolean]) => void;
  /** A transaction, or a statement outside one, is done. The time is that for which its connection was borrowed. */
  onTransaction: (millis: number) => void;
  /** PostgreSQL sent an error. */
  onDatabaseError: () => void;
  /** How long to hold back what the client sends, in milliseconds. Asked for each chunk. */
  latencyMillis: () => number;
}

/** How a session ended. A message is what the client was told. */
export interface SessionEnd {
  reason: string;
  code?: string;
  message?: string;
}

const PROTOCOL_VIOLATION = '08P01';
/** Of a client that sends on while it waits for a database connection. */
const MAX_BUFFERED_BYTES = 256 * 1024;

export class ClientSession {
  readonly openedAtMillis = performance.now();
  /** When the client said something last. */
  lastHeardMillis = this.openedAtMillis;
  readonly ended: Promise<SessionEnd>;
  readonly #client: ClientSocket;
  readonly #options: ClientSessionOptions;
  readonly #stream = new FrontendStream();
  readonly #relay: StatementRelay;
  readonly #toClient = new ByteRun();
  readonly #toDatabase = new ByteRun();
  readonly #gone = new AbortController();
  #end: SessionEnd = { reason: 'the client closed the connection' };
  #connection: DatabaseConnection | undefined;
  #replies = new PendingReplies();
  #borrowedAtMillis = 0;
  /** The message for which a connection is being waited for. */
  #heldMessage: FrontendMessage | undefined;
  /** What the client goes on with depends on replies that are not in. */
  #isAwaitingReplies = false;
  #isDatabaseFull = false;
  #isDelayed = false;
  #isReading = true;
  #isOver = false;
  #isPinned = false;
  #isBlackHole = false;

  /** @param client not being read; belongs to the session from now on */
  constructor(client: ClientSocket, options: ClientSessionOptions) {
    this.#client = client;
    this.#options = options;
    this.#relay = new StatementRelay({
      ...options,
      onPin: (text, reasons) => {
        options.onPin(text, reasons, !this.#isPinned);
        this.#isPinned = true;
      },
    });
    this.ended = new Promise((resolve) => {
      client.on('close', () => {
        this.#gone.abort();
        this.#abandonConnection();
        resolve(this.#end);
      });
    });
    // Followed by 'close'.
    client.on('error', () => {});
    client.on('drain', () => this.#connection?.resume());
    client.on('data', (chunk) => this.#onClientData(chunk));
    client.resume();
  }

  get isPinned(): boolean {
    return this.#isPinned;
  }

  get hasConnection(): boolean {
    return this.#connection !== undefined;
  }

  get isInTransaction(): boolean {
    return this.#connection !== undefined && this.#replies.isInTransaction;
  }

  /** True when nothing of the client's is under way or open. */
  get isIdle(): boolean {
    return !this.#isHeldUp && (this.#connection === undefined || this.#replies.isSettled);
  }

  /** Ends it without a word to the client. */
  close(reason: string): void {
    this.#isOver = true;
    this.#end = { reason };
    this.#client.destroy();
  }

  /** From now on nothing reaches either side, and neither is told: a network path that lost its state. */
  turnIntoBlackHole(): void {
    this.#isBlackHole = true;
  }

  get #isHeldUp(): boolean {
    return this.#heldMessage !== undefined || this.#isAwaitingReplies;
  }

  #onClientData(chunk: Buffer): void {
    if (this.#isBlackHole || this.#isOver) return;
    this.lastHeardMillis = performance.now();
    const latencyMillis = this.#options.latencyMillis();
    if (latencyMillis === 0) this.#take(chunk);
    else this.#takeLater(chunk, latencyMillis);
  }

  #takeLater(chunk: Buffer, latencyMillis: number): void {
    this.#isDelayed = true;
    this.#updateReading();
    setTimeout(() => {
      this.#isDelayed = false;
      this.#take(chunk);
    }, latencyMillis);
  }

  #take(chunk: Buffer): void {
    if (this.#client.destroyed || this.#isBlackHole || this.#isOver) return;
    this.#stream.push(chunk);
    this.#advance();
  }

  /** Relays what has arrived, until more must arrive or a connection be waited for. */
  #advance(): void {
    try {
      while (!this.#isHeldUp && !this.#isOver) {
        const piece = this.#stream.next();
        if (piece === undefined) break;
        if (piece.kind === 'rest') this.#relayRest(piece);
        else this.#relayMessage(piece);
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#refuse(new Refusal(PROTOCOL_VIOLATION, error.message));
    }
    this.#flushToDatabase();
    this.#giveBackIfSettled();
    this.#updateReading();
  }

  #relayRest({ bytes }: Rest): void {
    if (this.#connection !== undefined) this.#toDatabase.append(bytes);
  }

  #relayMessage(message: FrontendMessage): void {
    if (message.type === FRONTEND.terminate) {
      // What was sent ahead of it is carried out.
      this.#flushToDatabase();
      this.#isOver = true;
      this.#client.destroy();
      return;
    }
    if (this.#connection === undefined && !this.#borrowFor(message)) return;
    if (this.#connection === undefined) return;
    this.#relay.relay(message, {
      output: this.#toDatabase,
      replies: this.#replies,
      prepared: this.#connection.prepared,
    });
    if (message.type === FRONTEND.sync) this.#isAwaitingReplies = this.#relay.takeNamesChanged();
  }

  /** @returns whether there is a connection that the message goes to now */
  #borrowFor(message: FrontendMessage): boolean {
    switch (message.type) {
      case FRONTEND.copyData:
      case FRONTEND.copyDone:
      case FRONTEND.copyFail:
      case FRONTEND.flush:
        // What is left of a COPY that failed. PostgreSQL ignores it too.
        return false;
      case FRONTEND.sync:
        this.#client.write(READY_FOR_QUERY);
        return false;
    }
    const connection = this.#options.pool.borrowIdle(this.#options.identity);
    if (connection !== undefined) {
      this.#use(connection);
      return true;
    }
    this.#heldMessage = message;
    void this.#waitForConnection(message);
    return false;
  }

  async #waitForConnection(message: FrontendMessage): Promise<void> {
    const { pool, identity } = this.#options;
    try {
      const connection = await pool.borrow(identity, this.#gone.signal);
      this.#heldMessage = undefined;
      if (this.#client.destroyed) return pool.giveBack(connection);
      this.#use(connection);
      this.#relayMessage(message);
      this.#advance();
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(error);
    }
  }

  #use(connection: DatabaseConnection): void {
    this.#connection = connection;
    this.#replies = new PendingReplies();
    this.#borrowedAtMillis = performance.now();
    this.#isDatabaseFull = false;
    connection.lendTo(this.#borrower);
  }

  readonly #borrower: Borrower = {
    onData: (chunk) => this.#onDatabaseData(chunk),
    onDrain: () => {
      this.#isDatabaseFull = false;
      this.#updateReading();
    },
    onLost: () => {
      this.#connection = undefined;
      if (this.#isBlackHole || this.#isOver) return;
      this.#isOver = true;
      this.#end = { reason: 'the database connection was lost' };
      this.#client.destroySoon();
    },
  };

  #onDatabaseData(chunk: Buffer): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.stream.read(chunk, this.#toClient, this.#onDatabaseMessage);
    if (!this.#toClient.isEmpty) {
      const bytes = this.#toClient.take();
      const isKeepingUp = this.#isBlackHole || this.#client.write(bytes);
      if (!isKeepingUp) connection.pause();
    }
    if (this.#isAwaitingReplies && this.#replies.areAllIn) {
      this.#isAwaitingReplies = false;
      this.#advance();
    } else {
      this.#giveBackIfSettled();
    }
  }

  readonly #onDatabaseMessage = (type: number, status: number): boolean => {
    const passage = this.#replies.received(type, status);
    if (type === BACKEND.errorResponse) this.#options.onDatabaseError();
    if (type === BACKEND.readyForQuery && this.#replies.isSettled) {
      this.#options.onTransaction(performance.now() - this.#borrowedAtMillis);
    }
    if (passage === true) return true;
    this.#toClient.append(passage);
    return false;
  };

  #flushToDatabase(): void {
    if (this.#toDatabase.isEmpty || this.#connection === undefined) return;
    if (!this.#connection.write(this.#toDatabase.take())) this.#isDatabaseFull = true;
  }

  #giveBackIfSettled(): void {
    const connection = this.#connection;
    const isDone =
      connection !== undefined &&
      !this.#isPinned &&
      !this.#isBlackHole &&
      this.#replies.isSettled &&
      connection.stream.isBetweenMessages &&
      !this.#stream.isMidMessage;
    if (!isDone) return;
    this.#connection = undefined;
    this.#isDatabaseFull = false;
    this.#relay.forgetPortals();
    this.#options.pool.giveBack(connection);
  }

  /** Never given back: a transaction may be open on it, or state that another client must not find. */
  #abandonConnection(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  /** A client that waits for a connection is read on for a while, or it would not be noticed that it left. */
  #updateReading(): void {
    const isWaitingWithMuch = this.#isHeldUp && this.#stream.bufferedBytes > MAX_BUFFERED_BYTES;
    const shouldRead = !isWaitingWithMuch && !this.#isDatabaseFull && !this.#isDelayed;
    if (shouldRead === this.#isReading) return;
    this.#isReading = shouldRead;
    if (shouldRead) this.#client.resume();
    else this.#client.pause();
  }

  #refuse(refusal: Refusal): void {
    this.#isOver = true;
    this.#end = { reason: refusal.reason, code: refusal.sqlState, message: refusal.message };
    this.#client.write(buildFatalError(refusal.sqlState, refusal.message));
    this.#client.destroySoon();
    this.#abandonConnection();
  }
}
