/** Relays one borrowed database connection: what is sent, what comes back, and when it can be returned. */
import type { DatabaseConnection } from '../pool/database-connection.js';
import type { BackendListener } from './backend-stream.js';
import { ByteRun } from './byte-run.js';
import { type TurnWriter, writeAtEndOfTurn } from './end-of-turn.js';
import { BACKEND } from './message-types.js';
import { PendingReplies } from './pending-replies.js';
import type { PreparedOnConnection } from './prepared-statements.js';
import type { RelayTarget } from './relay-target.js';

export interface BorrowedConnectionOptions {
  /** A transaction, or a statement outside one, is done. The time is that for which the connection was borrowed. */
  onTransaction: (millis: number) => void;
  /** PostgreSQL sent an error. */
  onDatabaseError: () => void;
}

export class BorrowedConnection implements RelayTarget, BackendListener, TurnWriter {
  readonly connection: DatabaseConnection;
  readonly replies = new PendingReplies();
  /** Sent by `schedule` or `writeNow`. */
  readonly output = new ByteRun();
  /** PostgreSQL does not take in more for now. */
  isFull = false;
  readonly #sinceMillis = performance.now();
  readonly #options: BorrowedConnectionOptions;
  readonly #toClient: ByteRun;
  #isScheduled = false;

  /** @param toClient where the replies go */
  constructor(connection: DatabaseConnection, toClient: ByteRun, options: BorrowedConnectionOptions) {
    this.connection = connection;
    this.#toClient = toClient;
    this.#options = options;
  }

  get prepared(): PreparedOnConnection {
    return this.connection.prepared;
  }

  /** True when PostgreSQL owes nothing, and is outside a transaction. */
  get isSettled(): boolean {
    return this.replies.isSettled && this.connection.stream.isBetweenMessages;
  }

  /** Has the output written at the end of this turn. */
  schedule(): void {
    if (this.#isScheduled || this.output.isEmpty) return;
    this.#isScheduled = true;
    writeAtEndOfTurn(this);
  }

  writeNow(): void {
    this.#isScheduled = false;
    if (this.output.isEmpty) return;
    if (!this.connection.write(this.output.take())) this.isFull = true;
  }

  /** Appends what the client is to get of that which PostgreSQL sent. */
  receive(chunk: Buffer): void {
    this.connection.stream.read(chunk, this.#toClient, this);
  }

  /** Of the stream that the connection's messages are found in. */
  onMessage(type: number, status: number): boolean {
    const passage = this.replies.received(type, status);
    if (type === BACKEND.errorResponse) this.#options.onDatabaseError();
    if (type === BACKEND.readyForQuery && this.replies.isSettled) {
      this.#options.onTransaction(performance.now() - this.#sinceMillis);
    }
    if (passage === true) return true;
    this.#toClient.append(passage);
    return false;
  }
}
