/**
 * Owns knowing what PostgreSQL still owes on a connection, so that it is given back neither too early, which would mix up
 * two clients, nor never. Follows the rules of the protocol for pipelines, errors in them, and COPY.
 * @see https://www.postgresql.org/docs/17/protocol-flow.html
 */
import { BACKEND, FRONTEND, IDLE } from './message-types.js';

/** What becomes of a reply: it passes, or these bytes go to the client in its place. */
export type Passage = true | Buffer;

interface Pending {
  /** FRONTEND.query, functionCall and sync end with ReadyForQuery; parse and close with one message of their own. */
  type: number;
  /** In place of the reply. */
  replacement?: Buffer;
  /** Takes back what was noted when the message was sent, because PostgreSQL never carried it out. */
  undo?: () => void;
}

export interface SentOptions {
  /** The client gets this in place of the reply to the message. @default the reply itself */
  replacement?: Buffer;
  undo?: () => void;
}

/** A message to a client that is to get nothing. */
export const NOTHING = Buffer.alloc(0);

export class PendingReplies {
  readonly #pending: Pending[] = [];
  /** Extended-protocol messages were sent, and no Sync behind them yet. */
  #isExtendedOpen = false;
  /** PostgreSQL ignores all until the next Sync, because of an error. */
  #isSkipping = false;
  /** PostgreSQL takes all for data of a COPY until its end, and ignores Sync. */
  #isCopyingIn = false;
  #ignoredSyncInCopy = false;
  #isUncertain = false;
  #status = IDLE;

  /** True when PostgreSQL owes nothing, is outside a transaction, and waits for a new statement. */
  get isSettled(): boolean {
    return (
      this.#status === IDLE &&
      !this.#isExtendedOpen &&
      !this.#isCopyingIn &&
      !this.#isUncertain &&
      this.#pending.every(({ type }) => type === FRONTEND.copyDone)
    );
  }

  /** Whether a transaction is open, as of the last ReadyForQuery. */
  get isInTransaction(): boolean {
    return this.#status !== IDLE;
  }

  /** Called for each message that goes to PostgreSQL, in order. */
  sent(type: number, options: SentOptions = {}): void {
    switch (type) {
      case FRONTEND.sync:
        if (this.#isCopyingIn) {
          this.#ignoredSyncInCopy = true;
          return;
        }
        this.#isSkipping = false;
        this.#isExtendedOpen = false;
        this.#pending.push({ type });
        return;
      case FRONTEND.query:
      case FRONTEND.functionCall:
        // Behind an error PostgreSQL skips it, without one it answers: which of the two cannot be told from here.
        if (this.#isExtendedOpen) this.#isUncertain = true;
        if (!this.#isSkipping) this.#pending.push({ type });
        return;
      case FRONTEND.parse:
      case FRONTEND.close:
        this.#isExtendedOpen = true;
        if (this.#isSkipping) options.undo?.();
        else this.#pending.push({ type, ...options });
        return;
      case FRONTEND.bind:
      case FRONTEND.describe:
      case FRONTEND.execute:
        this.#isExtendedOpen = true;
        return;
      case FRONTEND.copyDone:
      case FRONTEND.copyFail:
        if (this.#isCopyingIn) this.#isCopyingIn = false;
        else if (this.#pending.length > 0) this.#pending.push({ type: FRONTEND.copyDone });
    }
  }

  /** Called for each message that PostgreSQL sends, in order. */
  received(type: number, status: number): Passage {
    switch (type) {
      case BACKEND.parseComplete:
      case BACKEND.closeComplete:
        return this.#shift()?.replacement ?? true;
      case BACKEND.readyForQuery:
        this.#shift();
        this.#status = status;
        this.#isCopyingIn = false;
        this.#ignoredSyncInCopy = false;
        return true;
      case BACKEND.errorResponse:
        this.#onError();
        return true;
      case BACKEND.copyInResponse:
        this.#onCopyIn();
        return true;
      default:
        return true;
    }
  }

  /** The next that is owed. The ends of a COPY that PostgreSQL had given up are owed nothing. */
  #shift(): Pending | undefined {
    let next = this.#pending.shift();
    while (next?.type === FRONTEND.copyDone) next = this.#pending.shift();
    return next;
  }

  #onError(): void {
    // Whether PostgreSQL read that Sync before the error, and ignored it, or behind it, and answers: not to be told.
    if (this.#ignoredSyncInCopy) this.#isUncertain = true;
    this.#isCopyingIn = false;
    const first = this.#pending.find(({ type }) => type !== FRONTEND.copyDone);
    if (first?.type === FRONTEND.query || first?.type === FRONTEND.functionCall) return;
    const sync = this.#pending.findIndex(({ type }) => type === FRONTEND.sync);
    const skipped = this.#pending.splice(0, sync < 0 ? this.#pending.length : sync);
    for (const { undo } of skipped.reverse()) undo?.();
    if (sync < 0 && this.#isExtendedOpen) this.#isSkipping = true;
  }

  /** What was sent before PostgreSQL asked for data, up to the end of the data, it takes for part of the COPY. */
  #onCopyIn(): void {
    const first = this.#pending[0]?.type === FRONTEND.query ? 1 : 0;
    this.#isCopyingIn = true;
    while (this.#isCopyingIn && this.#pending.length > first) {
      const [{ type } = { type: 0 }] = this.#pending.splice(first, 1);
      if (type === FRONTEND.copyDone) this.#isCopyingIn = false;
      else if (type === FRONTEND.sync) this.#ignoredSyncInCopy = true;
      else this.#isUncertain = true;
    }
  }
}
