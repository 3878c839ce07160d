/**
 * Tracks the replies that PostgreSQL has yet to send on a connection. Returned too early, the connection would mix up
 * two clients. Follows the rules of the protocol for pipelines, errors in them, and COPY.
 * @see https://www.postgresql.org/docs/17/protocol-flow.html
 */
import { BACKEND, FRONTEND, IDLE } from './message-types.js';

/** What becomes of a reply: it passes, or these bytes go to the client in its place. */
export type Passage = true | Buffer;

export interface SentOptions {
  /** The client gets this in place of the reply to the message. @default the reply itself */
  replacement?: Buffer;
  /** Takes back what was noted when the message was sent: PostgreSQL skipped it, behind an error. */
  undo?: () => void;
  /** Notes that PostgreSQL answered the message itself with an error. @default undo */
  fail?: () => void;
}

interface Pending {
  /** One of FRONTEND; copyDone stands for copyFail too. */
  type: number;
  options?: SentOptions | undefined;
}

/** For a client that is to get nothing. */
export const NOTHING = Buffer.alloc(0);

/** By type: what PostgreSQL's last message on it is. Query, FunctionCall and Sync end with ReadyForQuery. */
const LAST_REPLIES: readonly (readonly number[] | undefined)[] = (() => {
  const replies: number[][] = [];
  replies[FRONTEND.parse] = [BACKEND.parseComplete];
  replies[FRONTEND.bind] = [BACKEND.bindComplete];
  replies[FRONTEND.describe] = [BACKEND.rowDescription, BACKEND.noData];
  replies[FRONTEND.execute] = [BACKEND.commandComplete, BACKEND.emptyQueryResponse, BACKEND.portalSuspended];
  replies[FRONTEND.close] = [BACKEND.closeComplete];
  return replies;
})();

/** Whether a message of the extended protocol is answered by itself, and not by ReadyForQuery. */
function hasOwnReply(type: number): boolean {
  return LAST_REPLIES[type] !== undefined;
}

export class PendingReplies {
  readonly #pending: Pending[] = [];
  /** Messages of the extended protocol were sent, and no Sync behind them yet. */
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

  /** True when every message that is answered has been. */
  get areAllIn(): boolean {
    return this.#pending.length === 0;
  }

  /** Whether a transaction is open, as of the last ReadyForQuery. */
  get isInTransaction(): boolean {
    return this.#status !== IDLE;
  }

  /** Called for each message that goes to PostgreSQL, in order. */
  sent(type: number, options?: SentOptions): void {
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
      case FRONTEND.parse:
      case FRONTEND.bind:
      case FRONTEND.describe:
      case FRONTEND.execute:
      case FRONTEND.close:
        if (hasOwnReply(type)) this.#isExtendedOpen = true;
        if (this.#isSkipping) options?.undo?.();
        else this.#pending.push({ type, options });
        return;
      case FRONTEND.copyDone:
      case FRONTEND.copyFail:
        if (this.#isCopyingIn) this.#isCopyingIn = false;
        else if (this.#pending.length > 0) this.#pending.push({ type: FRONTEND.copyDone });
    }
  }

  /** Called for each message that PostgreSQL sends, in order. @param status of ReadyForQuery */
  received(type: number, status: number): Passage {
    if (type === BACKEND.readyForQuery) this.#onReady(status);
    else if (type === BACKEND.errorResponse) this.#onError();
    else if (type === BACKEND.copyInResponse) this.#onCopyIn();
    else if (this.#isLastReply(type)) return this.#shift()?.options?.replacement ?? true;
    return true;
  }

  #isLastReply(type: number): boolean {
    const first = this.#first;
    return first !== undefined && LAST_REPLIES[first.type]?.includes(type) === true;
  }

  /** The next that is owed. The ends of a COPY that PostgreSQL had given up are owed nothing. */
  get #first(): Pending | undefined {
    while (this.#pending[0]?.type === FRONTEND.copyDone) this.#pending.shift();
    return this.#pending[0];
  }

  #shift(): Pending | undefined {
    return this.#first === undefined ? undefined : this.#pending.shift();
  }

  #onReady(status: number): void {
    this.#shift();
    this.#status = status;
    this.#isCopyingIn = false;
    this.#ignoredSyncInCopy = false;
  }

  #onError(): void {
    // Whether PostgreSQL read that Sync before the error, and ignored it, or behind it, and answers: it cannot be seen.
    if (this.#ignoredSyncInCopy) this.#isUncertain = true;
    this.#isCopyingIn = false;
    const first = this.#first;
    if (first === undefined || !hasOwnReply(first.type)) return;
    const sync = this.#pending.findIndex(({ type }) => type === FRONTEND.sync);
    const [failed, ...skipped] = this.#pending.splice(0, sync < 0 ? this.#pending.length : sync);
    for (const { options } of skipped.reverse()) options?.undo?.();
    if (failed?.options?.fail !== undefined) failed.options.fail();
    else failed?.options?.undo?.();
    if (sync < 0) this.#isSkipping = true;
  }

  /** What was sent behind the COPY, up to the end of the data, PostgreSQL takes for part of it. */
  #onCopyIn(): void {
    this.#isCopyingIn = this.#first !== undefined;
    while (this.#isCopyingIn && this.#pending.length > 1) {
      const [{ type } = { type: 0 }] = this.#pending.splice(1, 1);
      if (type === FRONTEND.copyDone) this.#isCopyingIn = false;
      else if (type === FRONTEND.sync) this.#ignoredSyncInCopy = true;
      else this.#isUncertain = true;
    }
  }
}
