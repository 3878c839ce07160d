/**
 * Owns one client from its login to its end: borrows a database connection for each transaction, keeps it for good once
 * the session is pinned, and lets PostgreSQL roll back what a client leaves behind.
 */
import type { ConnectionPool } from '../pool/connection-pool.js';
import type { Borrower, DatabaseConnection } from '../pool/database-connection.js';
import type { SessionIdentity } from '../pool/session-identity.js';
import { Refusal } from '../refusal.js';
import { buildFatalError, ProtocolViolation, READY_FOR_QUERY } from '../wire.js';
import { ClientInput, type ClientInputOptions, type ClientSocket } from './client-input.js';
import { ClientOutput } from './client-output.js';
import type { FrontendMessage } from './frontend-stream.js';
import { Loan, type LoanOptions } from './loan.js';
import { FRONTEND } from './message-types.js';
import { StatementRelay, type StatementRelayOptions } from './statement-relay.js';

export interface ClientSessionOptions
  extends Omit<StatementRelayOptions, 'onPin'>,
    LoanOptions,
    Pick<ClientInputOptions, 'latencyMillis'> {
  identity: SessionIdentity;
  pool: ConnectionPool;
  /** @param isFirst whether the session was not pinned before */
  onPin: (...pin: [...Parameters<StatementRelayOptions['onPin']>, isFirst: boolean]) => void;
}

/** How a session ended. A message is what the client was told. */
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
  #loan: Loan | undefined;
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
    client.on('drain', () => this.#loan?.connection.resume());
    this.#output = new ClientOutput(client, () => this.#loan?.connection.pause());
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
    return this.#loan !== undefined;
  }

  get isInTransaction(): boolean {
    return this.#loan?.replies.isInTransaction === true;
  }

  /** True when nothing of the client's is under way or open. */
  get isIdle(): boolean {
    return !this.#isHeldUp && (this.#loan === undefined || this.#loan.replies.isSettled);
  }

  /** Ends it without a word to the client. */
  close(reason: string): void {
    this.#finish({ reason });
    this.#client.destroy();
  }

  /** From now on nothing reaches either side, and neither is told: a network path that lost its state. */
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
        if (piece.kind === 'rest') this.#loan?.output.append(piece.bytes);
        else this.#relayMessage(piece);
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#refuse(new Refusal(PROTOCOL_VIOLATION, error.message));
    }
    this.#loan?.schedule();
    this.#giveBackIfSettled();
    this.#updateReading();
  }

  #relayMessage(message: FrontendMessage): void {
    if (message.type === FRONTEND.terminate) {
      // What was sent ahead of it is carried out.
      this.#loan?.writeNow();
      this.#finish();
      this.#client.destroy();
      return;
    }
    const loan = this.#loan ?? this.#borrowFor(message);
    if (loan === undefined) return;
    this.#relay.relay(message, loan);
    if (message.type === FRONTEND.sync) this.#isAwaitingReplies = this.#relay.takeNamesChanged();
  }

  /** @returns nothing when the message needs no connection, or must wait for one */
  #borrowFor(message: FrontendMessage): Loan | undefined {
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

  #use(connection: DatabaseConnection): Loan {
    const loan = new Loan(connection, this.#output.bytes, this.#options);
    this.#loan = loan;
    connection.lendTo(this.#borrower);
    return loan;
  }

  readonly #borrower: Borrower = {
    onData: (chunk) => this.#onDatabaseData(chunk),
    onDrain: () => {
      if (this.#loan !== undefined) this.#loan.isFull = false;
      this.#updateReading();
    },
    onLost: () => {
      this.#loan = undefined;
      if (this.#isBlackHole || this.#isOver) return;
      this.#finish({ reason: 'the database connection was lost' });
      this.#client.destroySoon();
    },
  };

  #onDatabaseData(chunk: Buffer): void {
    const loan = this.#loan;
    if (loan === undefined) return;
    loan.receive(chunk);
    this.#output.schedule();
    if (this.#isAwaitingReplies && loan.replies.areAllIn) {
      this.#isAwaitingReplies = false;
      this.#advance();
    } else {
      this.#giveBackIfSettled();
    }
  }

  #giveBackIfSettled(): void {
    const loan = this.#loan;
    const mayGiveBack = !this.#isPinned && !this.#isBlackHole && loan?.isSettled === true && !this.#input.isMidMessage;
    if (loan === undefined || !mayGiveBack) return;
    // What PostgreSQL ignores is owed no reply, and may be left.
    loan.writeNow();
    this.#loan = undefined;
    this.#relay.forgetPortals();
    this.#options.pool.giveBack(loan.connection);
  }

  /** Never given back: a transaction may be open on it, or state that another client must not find. */
  #abandonConnection(): void {
    const loan = this.#loan;
    this.#loan = undefined;
    loan?.writeNow();
    loan?.connection.close();
  }

  #updateReading(): void {
    this.#input.updateReading(this.#isHeldUp, this.#loan?.isFull === true);
  }

  #refuse(refusal: Refusal): void {
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
