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
  nameOfUnknown,
  PreparedByClient,
  type PreparedOnConnection,
  type PreparedStatement,
  type StatementNames,
  TRIAL_STATEMENT,
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

export class StatementRelay {
  readonly #options: StatementRelayOptions;
  readonly #client = new PreparedByClient();
  /** What the portals that are bound would run. */
  readonly #portals = new Map<string, PreparedStatement>();

  #haveNamesChanged = false;

  constructor(options: StatementRelayOptions) {
    this.#options = options;
  }

  /**
   * Whether a statement of a name that is shared was prepared or closed since the last call. Only the replies tell whether
   * it was, so what comes behind the next Sync must wait for them.
   */
  takeNamesChanged(): boolean {
    const haveChanged = this.#haveNamesChanged;
    this.#haveNamesChanged = false;
    return haveChanged;
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
    send(target, type, bytes, this.#noteUnnamed(undefined, target));
    const text = bytes.length < lengthBytes ? undefined : readString(bytes, HEADER_BYTES).text;
    this.#reportText(text, lengthBytes - HEADER_BYTES - 1);
  }

  #parse(message: FrontendMessage, target: RelayTarget): void {
    const { type, bytes, lengthBytes } = message;
    if (bytes.length < lengthBytes) {
      send(target, type, bytes, this.#noteUnnamed(undefined, target));
      this.#reportText(undefined, lengthBytes);
      return;
    }
    const name = readString(bytes, HEADER_BYTES);
    const { text } = readString(bytes, name.end);
    const pinReasons = this.#options.findPinReasons(text, name.text);
    // Copied: the chunk that it came in is large, and would stay as long as the statement does.
    const statement = { body: Buffer.from(bytes.subarray(name.end)), text, pinReasons };
    if (name.text === '') send(target, type, bytes, this.#noteUnnamed(statement, target));
    else if (this.#options.sharedNames === undefined) send(target, type, bytes);
    else this.#parseShared(name.text, statement, this.#options.sharedNames, target);

    const pinsAtOnce = pinReasons.filter(({ kind }) => kind === 'namedStatement' || kind === 'longText');
    if (pinsAtOnce.length > 0) this.#options.onPin(text, pinsAtOnce);
  }

  #parseShared(name: string, statement: PreparedStatement, names: StatementNames, target: RelayTarget): void {
    const { prepared } = target;
    this.#haveNamesChanged = true;
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
      // Prepared already, for another client perhaps. Whether it could be prepared now, PostgreSQL alone can say.
      send(target, FRONTEND.parse, buildParse(TRIAL_STATEMENT, statement), { undo: forget });
      send(target, FRONTEND.close, buildTarget('C', STATEMENT, TRIAL_STATEMENT), { replacement: NOTHING });
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
      send(target, type, bytes, this.#noteUnnamed(undefined, target));
    } else if (statement === undefined) {
      const isShared = kind === STATEMENT && this.#options.sharedNames !== undefined;
      send(target, type, isShared ? buildTarget('C', STATEMENT, nameOfUnknown(name)) : bytes);
    } else {
      this.#haveNamesChanged = true;
      this.#client.named.delete(name);
      // Other clients may have it under the same name there.
      send(target, type, buildTarget('C', STATEMENT, NO_STATEMENT), {
        undo: () => void this.#client.named.set(name, statement),
      });
    }
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
      if (target.prepared.unnamed !== unnamed) this.#replaceUnnamedThere(unnamed, target);
      return unnamed === undefined ? {} : { statement: unnamed };
    }
    const statement = this.#client.named.get(name);
    const { sharedNames } = this.#options;
    if (sharedNames === undefined) return {};
    if (statement === undefined) return { nameThere: nameOfUnknown(name) };
    const nameThere = sharedNames.of(statement);
    this.#prepareThere(statement, nameThere, target);
    return { statement, nameThere };
  }

  /** @param statement nothing when the client has none, and must not find what another one left */
  #replaceUnnamedThere(statement: PreparedStatement | undefined, target: RelayTarget): void {
    const { prepared } = target;
    const before = prepared.unnamed;
    prepared.unnamed = statement;
    const type = statement === undefined ? FRONTEND.close : FRONTEND.parse;
    const bytes = statement === undefined ? buildTarget('C', STATEMENT, '') : buildParse('', statement);
    send(target, type, bytes, {
      replacement: NOTHING,
      undo() {
        prepared.unnamed = before;
      },
      fail() {
        prepared.unnamed = undefined;
      },
    });
  }

  /** Of a message that gives the client and the connection this unnamed statement, or none. @returns how to take it back */
  #noteUnnamed(statement: PreparedStatement | undefined, { prepared }: RelayTarget): SentOptions {
    const client = this.#client;
    const before = { byClient: client.unnamed, there: prepared.unnamed };
    client.unnamed = statement;
    prepared.unnamed = statement;
    return {
      undo() {
        client.unnamed = before.byClient;
        prepared.unnamed = before.there;
      },
      fail() {
        client.unnamed = undefined;
        prepared.unnamed = undefined;
      },
    };
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
