/** Relays a client's messages to its database connection, and reports what pins the session. */
import { type PinReason, pinReason } from '../pinning/reasons.js';
import { type FrontendMessage, HEADER_BYTES } from './frontend-stream.js';
import { FRONTEND, STATEMENT } from './message-types.js';
import { NamedStatements } from './named-statements.js';
import { buildTarget, readString, readTarget, renameInBind } from './names.js';
import type { PreparedStatement, StatementNames } from './prepared-statements.js';
import { type RelayTarget, send } from './relay-target.js';
import { UnnamedStatement } from './unnamed-statement.js';

/** Says why a text pins; of a statement with a name, also for that. */
export type FindPinReasons = (text: string, statementName?: string) => readonly PinReason[];

export interface StatementRelayOptions {
  findPinReasons: FindPinReasons;
  /** The client runs, or prepares under a name, what pins. */
  onPin: (text: string, reasons: readonly PinReason[]) => void;
  /** Of all clients whose statements with names share connections. @default - names go to PostgreSQL as they are */
  sharedNames: StatementNames | undefined;
}

export class StatementRelay {
  readonly #options: StatementRelayOptions;
  readonly #unnamed = new UnnamedStatement();
  readonly #named: NamedStatements | undefined;
  /** What the portals that are bound would run. */
  readonly #portals = new Map<string, PreparedStatement>();

  constructor(options: StatementRelayOptions) {
    this.#options = options;
    this.#named = options.sharedNames && new NamedStatements(options.sharedNames);
  }

  /** Whether what comes behind the next Sync must wait for all replies. See NamedStatements. */
  takeNamesChanged(): boolean {
    return this.#named?.takeChanged() ?? false;
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
    send(target, type, bytes, this.#unnamed.replace(undefined, target));
    const text = bytes.length < lengthBytes ? undefined : readString(bytes, HEADER_BYTES).text;
    this.#reportText(text, lengthBytes - HEADER_BYTES - 1);
  }

  #parse(message: FrontendMessage, target: RelayTarget): void {
    const { type, bytes, lengthBytes } = message;
    if (bytes.length < lengthBytes) {
      send(target, type, bytes, this.#unnamed.replace(undefined, target));
      this.#reportText(undefined, lengthBytes);
      return;
    }
    const name = readString(bytes, HEADER_BYTES);
    const { text } = readString(bytes, name.end);
    const pinReasons = this.#options.findPinReasons(text, name.text);
    // Copied: the chunk that it came in is large, and would stay as long as the statement does.
    const statement = { body: Buffer.from(bytes.subarray(name.end)), text, pinReasons };
    if (name.text === '') send(target, type, bytes, this.#unnamed.replace(statement, target));
    else if (this.#named === undefined) send(target, type, bytes);
    else this.#named.parse(name.text, statement, target);

    const pinsAtOnce = pinReasons.filter(({ kind }) => kind === 'namedStatement' || kind === 'longText');
    if (pinsAtOnce.length > 0) this.#options.onPin(text, pinsAtOnce);
  }

  #bind({ type, bytes, lengthBytes }: FrontendMessage, target: RelayTarget): void {
    const portal = readString(bytes, HEADER_BYTES);
    const name = readString(bytes, portal.end);
    const { statement, nameThere } = this.#bring(name.text, target);
    if (statement === undefined) this.#portals.delete(portal.text);
    else this.#portals.set(portal.text, statement);
    const renamed = nameThere === undefined ? bytes : renameInBind(bytes, lengthBytes, portal.end, name.end, nameThere);
    send(target, type, renamed);
  }

  #describe({ type, bytes }: FrontendMessage, target: RelayTarget): void {
    const { kind, name } = readTarget(bytes);
    const nameThere = kind === STATEMENT ? this.#bring(name, target).nameThere : undefined;
    send(target, type, nameThere === undefined ? bytes : buildTarget('D', STATEMENT, nameThere));
  }

  #close({ type, bytes }: FrontendMessage, target: RelayTarget): void {
    const { kind, name } = readTarget(bytes);
    if (kind !== STATEMENT) send(target, type, bytes);
    else if (name === '') send(target, type, bytes, this.#unnamed.replace(undefined, target));
    else if (this.#named === undefined) send(target, type, bytes);
    else this.#named.close(name, target);
  }

  /** The statement of that name, prepared on the connection by now, and its name there when that is another. */
  #bring(name: string, target: RelayTarget): { statement?: PreparedStatement; nameThere?: string } {
    if (name !== '') return this.#named?.bring(name, target) ?? {};
    const statement = this.#unnamed.bring(target);
    return statement === undefined ? {} : { statement };
  }

  #reportExecute({ bytes }: FrontendMessage): void {
    const statement = this.#portals.get(readString(bytes, HEADER_BYTES).text);
    if (statement !== undefined && statement.pinReasons.length > 0) {
      this.#options.onPin(statement.text, statement.pinReasons);
    }
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
