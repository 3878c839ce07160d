/**
 * Owns passing a client's statements on to whichever database connection it has: notes what it prepares, prepares it
 * again where it is missing, and says what runs.
 */
import { type PinReason, pinReason } from '../pinning/reasons.js';
import { buildMessage } from '../wire.js';
import type { ByteRun } from './byte-run.js';
import { type FrontendMessage, HEADER_BYTES } from './frontend-stream.js';
import { FRONTEND, STATEMENT } from './message-types.js';
import { buildTarget, readString, readTarget, renameInBind } from './names.js';
import { NOTHING, type PendingReplies, type SentOptions } from './pending-replies.js';
import {
  NO_STATEMENT,
  PreparedByClient,
  type PreparedOnConnection,
  type PreparedStatement,
  type StatementNames,
} from './prepared-statements.js';

/** Says why a text pins; of a statement with a name, also for that. */
export type FindPinReasons = (text: string, statementName?: string) => readonly PinReason[];

export interface StatementRelayOptions {
  findPinReasons: FindPinReasons;
  /** The client runs, or prepares under a name, what pins. */
  onPin: (text: string, reasons: readonly PinReason[]) => void;
  /** Of all clients whose statements with names share connections. @default - names go to PostgreSQL as they are */
  sharedNames: StatementNames | undefined;
}

/** What a message is relayed to. */
export interface RelayTarget {
  output: ByteRun;
  replies: PendingReplies;
  prepared: PreparedOnConnection;
}

const PARSE_COMPLETE = buildMessage('1');

export class StatementRelay {
  readonly #options: StatementRelayOptions;
  readonly #client = new PreparedByClient();
  /** What the portals that are bound would run. */
  readonly #portals = new Map<string, PreparedStatement>();

  constructor(options: StatementRelayOptions) {
    this.#options = options;
  }

  /** Portals end with their transaction. */
  forgetPortals(): void {
    this.#portals.clear();
  }

  /** Appends the message to the output, and with it whatever it needs. */
  relay(message: FrontendMessage, target: RelayTarget): void {
    if (message.type === FRONTEND.query) this.#query(message, target);
    else if (message.type === FRONTEND.parse) this.#parse(message, target);
    else if (message.type === FRONTEND.bind) this.#bind(message, target);
    else if (message.type === FRONTEND.describe) this.#describe(message, target);
    else if (message.type === FRONTEND.close) this.#close(message, target);
    else send(target, message.type, message.bytes);
    if (message.type === FRONTEND.execute) this.#reportExecute(message);
  }

  #query({ type, bytes, lengthBytes }: FrontendMessage, target: RelayTarget): void {
    // A simple query ends the unnamed statement.
    this.#client.unnamed = undefined;
    target.prepared.unnamed = undefined;
    send(target, type, bytes);
    const text = bytes.length < lengthBytes ? undefined : readString(bytes, HEADER_BYTES).text;
    this.#reportText(text, lengthBytes - HEADER_BYTES - 1);
  }

  #parse(message: FrontendMessage, target: RelayTarget): void {
    const { type, bytes, lengthBytes } = message;
    if (bytes.length < lengthBytes) {
      this.#client.unnamed = undefined;
      target.prepared.unnamed = undefined;
      send(target, type, bytes);
      this.#reportText(undefined, lengthBytes);
      return;
    }
    const name = readString(bytes, HEADER_BYTES);
    const { text } = readString(bytes, name.end);
    const pinReasons = this.#options.findPinReasons(text, name.text);
    // Copied: the chunk that it came in is large, and would stay as long as the statement does.
    const statement = { body: Buffer.from(bytes.subarray(name.end)), text, pinReasons };
    if (name.text === '') this.#parseUnnamed(bytes, statement, target);
    else if (this.#options.sharedNames === undefined) send(target, type, bytes);
    else this.#parseShared(name.text, statement, this.#options.sharedNames, target);

    const pinsAtOnce = pinReasons.filter(({ kind }) => kind === 'namedStatement' || kind === 'longText');
    if (pinsAtOnce.length > 0) this.#options.onPin(text, pinsAtOnce);
  }

  #parseUnnamed(bytes: Buffer, statement: PreparedStatement, target: RelayTarget): void {
    const { prepared } = target;
    this.#client.unnamed = statement;
    prepared.unnamed = statement;
    send(target, FRONTEND.parse, bytes, {
      undo: () => {
        if (this.#client.unnamed === statement) this.#client.unnamed = undefined;
        if (prepared.unnamed === statement) prepared.unnamed = undefined;
      },
    });
  }

  #parseShared(name: string, statement: PreparedStatement, names: StatementNames, target: RelayTarget): void {
    const { prepared } = target;
    const known = this.#client.named.get(name);
    const nameThere = names.of(known ?? statement);
    if (known !== undefined) {
      // PostgreSQL's own error for a name that is taken.
      this.#prepareThere(known, nameThere, target);
      send(target, FRONTEND.parse, buildParse(nameThere, statement));
      return;
    }
    this.#client.named.set(name, statement);
    const forget = () => void this.#client.named.delete(name);
    if (prepared.named.has(nameThere)) {
      // Prepared already, for another client perhaps. A reply in its turn is all that is missing.
      const asksForReply = buildTarget('C', STATEMENT, NO_STATEMENT);
      send(target, FRONTEND.close, asksForReply, { replacement: PARSE_COMPLETE, undo: forget });
      return;
    }
    this.#makeRoom(target);
    prepared.named.add(nameThere);
    send(target, FRONTEND.parse, buildParse(nameThere, statement), {
      undo: () => {
        forget();
        prepared.named.delete(nameThere);
      },
    });
  }

  #bind({ type, bytes, lengthBytes }: FrontendMessage, target: RelayTarget): void {
    const portal = readString(bytes, HEADER_BYTES);
    const name = readString(bytes, portal.end);
    const { statement, nameThere } = this.#find(name.text, target);
    if (statement === undefined) this.#portals.delete(portal.text);
    else this.#portals.set(portal.text, statement);
    const renamed = nameThere === undefined ? bytes : renameInBind(bytes, lengthBytes, portal.end, name.end, nameThere);
    send(target, type, renamed);
  }

  #describe({ type, bytes }: FrontendMessage, target: RelayTarget): void {
    const { kind, name } = readTarget(bytes);
    const nameThere = kind === STATEMENT ? this.#find(name, target).nameThere : undefined;
    send(target, type, nameThere === undefined ? bytes : buildTarget('D', STATEMENT, nameThere));
  }

  #close({ type, bytes }: FrontendMessage, target: RelayTarget): void {
    const { kind, name } = readTarget(bytes);
    const statement = kind === STATEMENT ? this.#client.named.get(name) : undefined;
    if (kind === STATEMENT && name === '') {
      this.#closeUnnamed(bytes, target);
    } else if (statement === undefined) {
      send(target, type, bytes);
    } else {
      this.#client.named.delete(name);
      // Other clients may have it under the same name there.
      send(target, type, buildTarget('C', STATEMENT, NO_STATEMENT), {
        undo: () => void this.#client.named.set(name, statement),
      });
    }
  }

  #closeUnnamed(bytes: Buffer, target: RelayTarget): void {
    const { unnamed } = this.#client;
    this.#client.unnamed = undefined;
    target.prepared.unnamed = undefined;
    send(target, FRONTEND.close, bytes, {
      undo: () => {
        this.#client.unnamed ??= unnamed;
      },
    });
  }

  #reportExecute({ bytes }: FrontendMessage): void {
    const statement = this.#portals.get(readString(bytes, HEADER_BYTES).text);
    if (statement !== undefined && statement.pinReasons.length > 0) {
      this.#options.onPin(statement.text, statement.pinReasons);
    }
  }

  /** The statement of that name, prepared on the connection by now, and its name there when that is another. */
  #find(name: string, target: RelayTarget): { statement?: PreparedStatement; nameThere?: string } {
    const { unnamed } = this.#client;
    if (name === '') {
      if (unnamed === undefined) return {};
      if (target.prepared.unnamed !== unnamed) this.#prepareUnnamedThere(unnamed, target);
      return { statement: unnamed };
    }
    const statement = this.#client.named.get(name);
    const { sharedNames } = this.#options;
    if (statement === undefined || sharedNames === undefined) return {};
    const nameThere = sharedNames.of(statement);
    this.#prepareThere(statement, nameThere, target);
    return { statement, nameThere };
  }

  #prepareUnnamedThere(statement: PreparedStatement, target: RelayTarget): void {
    const { prepared } = target;
    prepared.unnamed = statement;
    send(target, FRONTEND.parse, buildParse('', statement), {
      replacement: NOTHING,
      undo: () => {
        if (prepared.unnamed === statement) prepared.unnamed = undefined;
      },
    });
  }

  #prepareThere(statement: PreparedStatement, nameThere: string, target: RelayTarget): void {
    const { prepared } = target;
    if (prepared.named.has(nameThere)) return;
    this.#makeRoom(target);
    prepared.named.add(nameThere);
    send(target, FRONTEND.parse, buildParse(nameThere, statement), {
      replacement: NOTHING,
      undo: () => void prepared.named.delete(nameThere),
    });
  }

  #makeRoom(target: RelayTarget): void {
    const { prepared } = target;
    const { surplus } = prepared;
    if (surplus === undefined) return;
    prepared.named.delete(surplus);
    send(target, FRONTEND.close, buildTarget('C', STATEMENT, surplus), {
      replacement: NOTHING,
      undo: () => void prepared.named.add(surplus),
    });
  }

  /** @param text nothing when it is too long to be looked at */
  #reportText(text: string | undefined, lengthBytes: number): void {
    const reasons =
      text === undefined
        ? [pinReason('longText', `a text of ${lengthBytes} bytes`)]
        : this.#options.findPinReasons(text);
    if (reasons.length > 0) this.#options.onPin(text ?? '', reasons);
  }
}

function send({ output, replies }: RelayTarget, type: number, bytes: Buffer, options?: SentOptions): void {
  output.append(bytes);
  replies.sent(type, options);
}

function buildParse(name: string, { body }: PreparedStatement): Buffer {
  return buildMessage('P', Buffer.concat([Buffer.from(`${name}\0`), body]));
}
