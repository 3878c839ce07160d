/**
 * Serves one client from its login to its end: borrows a database connection for each transaction, keeps it for good once
 * the session is pinned, and lets PostgreSQL roll back what a client leaves behind.
 */
import type { ConnectionPool } from '../pool/connection-pool.js';
import type { Borrower, DatabaseConnection } from '../pool/database-connection.js';
import type { PoolKey } from '../pool/pool-key.js';
import { ProxyError } from '../proxy-error.js';
import { buildFatalError, ProtocolViolation, READY_FOR_QUERY } from '../wire.js';
import { BorrowedConnection, type BorrowedConnectionOptions } from './borrowed-connection.js';
import { ClientInput, type ClientInputOptions, type ClientSocket } from './client-input.js';
import { ClientOutput } from './client-output.js';
import type { FrontendMessage } from './frontend-stream.js';
import { FRONTEND } from './message-types.js';
import { StatementRelay, type StatementRelayOptions } from './statement-relay.js';

export interface ClientSessionOptions
  extends Omit<StatementRelayOptions, 'onPin'>,
    BorrowedConnectionOptions,
    Pick<ClientInputOptions, 'latencyMillis'> {
  identity: PoolKey;
  pool: ConnectionPool;
  /** @param isFirst whether the session was not pinned before */
  onPin: (...pin: [...Parameters<StatementRelayOptions['onPin']>, isFirst: boolean]) => void;
}

/** How a session ended. A message is what the client received. */
export interface SessionEnd {
  reason: string;
  code?: string;
  message?: string;
}

const PROTOCOL_VIOLATION = '08P01';

export class ClientSession {
  readonly openedAtMillis = performance.now();
  readonly ended: Promise<SessionEnd>;
  readonly #client: ClientSocket;
  readonly #options: ClientSessionOptions;
  readonly #input: ClientInput;
  readonly #output: ClientOutput;
  readonly #relay: StatementRelay;
  readonly #gone = new AbortController();
  #end: SessionEnd = { reason: 'the client closed the connection' };
  #borrowed: BorrowedConnection | undefined;
  /** A database connection is being waited for. */
  #isWaiting = false;
  /** What the client goes on with depends on replies that are not in. */
  #isAwaitingReplies = false;
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
    client.on('drain', () => this.#borrowed?.connection.resume());
    this.#output = new ClientOutput(client, () => this.#borrowed?.connection.pause());
    this.#input = new ClientInput(client, {
      latencyMillis: options.latencyMillis,
      onMore: () => this.#advance(),
    });
  }

  get lastHeardMillis(): number {
    return this.#input.lastHeardMillis;
  }

  get isPinned(): boolean {
    return this.#isPinned;
  }

  get hasConnection(): boolean {
    return this.#borrowed !== undefined;
  }

  get isInTransaction(): boolean {
    return this.#borrowed?.replies.isInTransaction === true;
  }

  /** True when nothing of the client's is under way or open. */
  get isIdle(): boolean {
    return !this.#isHeldUp && (this.#borrowed === undefined || this.#borrowed.replies.isSettled);
  }

  /** Ends it without a word to the client. */
  close(reason: string): void {
    this.#finish({ reason });
    this.#client.destroy();
  }

  /** From now on nothing reaches either side, and neither gets an error: a network path that lost its state. */
  turnIntoBlackHole(): void {
    this.#isBlackHole = true;
    this.#input.ignore();
    this.#output.mute();
  }

  get #isHeldUp(): boolean {
    return this.#isWaiting || this.#isAwaitingReplies;
  }

  /** Relays what has arrived, until more must arrive or a connection be waited for. */
  #advance(): void {
    try {
      while (!this.#isHeldUp && !this.#isOver) {
        const piece = this.#input.next();
        if (piece === undefined) break;
        if (piece.kind === 'rest') this.#borrowed?.output.append(piece.bytes);
        else this.#relayMessage(piece);
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#refuse(new ProxyError(PROTOCOL_VIOLATION, error.message));
    }
    this.#borrowed?.schedule();
    this.#returnIfSettled();
    this.#updateReading();
  }

  #relayMessage(message: FrontendMessage): void {
    if (message.type === FRONTEND.terminate) {
      // What was sent ahead of it is carried out.
      this.#borrowed?.writeNow();
      this.#finish();
      this.#client.destroy();
      return;
    }
    const borrowed = this.#borrowed ?? this.#borrowFor(message);
    if (borrowed === undefined) return;
    this.#relay.relay(message, borrowed);
    if (message.type === FRONTEND.sync) this.#isAwaitingReplies = this.#relay.takeNamesChanged();
  }

  /** @returns nothing when the message needs no connection, or must wait for one */
  #borrowFor(message: FrontendMessage): BorrowedConnection | undefined {
    switch (message.type) {
      case FRONTEND.copyData:
      case FRONTEND.copyDone:
      case FRONTEND.copyFail:
      case FRONTEND.flush:
        // What is left of a COPY that failed. PostgreSQL ignores it too.
        return undefined;
      case FRONTEND.sync:
        this.#output.send(READY_FOR_QUERY);
        return undefined;
    }
    const connection = this.#options.pool.borrowIdle(this.#options.identity);
    if (connection !== undefined) return this.#use(connection);
    this.#isWaiting = true;
    void this.#waitForConnection(message);
    return undefined;
  }

  async #waitForConnection(message: FrontendMessage): Promise<void> {
    const { pool, identity } = this.#options;
    try {
      const connection = await pool.borrow(identity, this.#gone.signal);
      this.#isWaiting = false;
      if (this.#client.destroyed) return pool.returnConnection(connection);
      this.#use(connection);
      this.#relayMessage(message);
      this.#advance();
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      if (!(error instanceof ProxyError)) throw error;
      this.#refuse(error);
    }
  }

  #use(connection: DatabaseConnection): BorrowedConnection {
    const borrowed = new BorrowedConnection(connection, this.#output.bytes, this.#options);
    this.#borrowed = borrowed;
    connection.assignTo(this.#borrower);
    return borrowed;
  }

  readonly #borrower: Borrower = {
    onData: (chunk) => this.#onDatabaseData(chunk),
    onDrain: () => {
      if (this.#borrowed !== undefined) this.#borrowed.isFull = false;
      this.#updateReading();
    },
    onLost: () => {
      this.#borrowed = undefined;
      if (this.#isBlackHole || this.#isOver) return;
      this.#finish({ reason: 'the database connection was lost' });
      this.#client.destroySoon();
    },
  };

  #onDatabaseData(chunk: Buffer): void {
    const borrowed = this.#borrowed;
    if (borrowed === undefined) return;
    borrowed.receive(chunk);
    this.#output.schedule();
    if (this.#isAwaitingReplies && borrowed.replies.areAllIn) {
      this.#isAwaitingReplies = false;
      this.#advance();
    } else {
      this.#returnIfSettled();
    }
  }

  #returnIfSettled(): void {
    const borrowed = this.#borrowed;
    const canReturn =
      !this.#isPinned && !this.#isBlackHole && borrowed?.isSettled === true && !this.#input.isMidMessage;
    if (borrowed === undefined || !canReturn) return;
    // What PostgreSQL ignores is owed no reply, and may be left.
    borrowed.writeNow();
    this.#borrowed = undefined;
    this.#relay.forgetPortals();
    this.#options.pool.returnConnection(borrowed.connection);
  }

  /** Never given back: a transaction may be open on it, or state that another client must not find. */
  #abandonConnection(): void {
    const borrowed = this.#borrowed;
    this.#borrowed = undefined;
    borrowed?.writeNow();
    borrowed?.connection.close();
  }

  #updateReading(): void {
    this.#input.updateReading(this.#isHeldUp, this.#borrowed?.isFull === true);
  }

  #refuse(refusal: ProxyError): void {
    this.#finish({ reason: refusal.reason, code: refusal.sqlState, message: refusal.message });
    this.#client.write(buildFatalError(refusal.sqlState, refusal.message));
    this.#client.destroySoon();
    this.#abandonConnection();
  }

  #finish(end = this.#end): void {
    this.#isOver = true;
    this.#end = end;
    this.#input.ignore();
    this.#output.writeNow();
  }
}
