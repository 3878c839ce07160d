/**
 * Tracks the statements that clients prepare by protocol message. A client may find itself on another database connection
 * at its next transaction, so what it has prepared must be known here, to be prepared there again.
 */
import { randomBytes } from 'node:crypto';
import type { PinReason } from '../pinning/reasons.js';

/** A statement as the client sent it. */
export interface PreparedStatement {
  /** Of a Parse message, behind the name: text, and types of parameters. */
  body: Buffer;
  text: string;
  /** Why running it pins. */
  pinReasons: readonly PinReason[];
}

/** More are closed again, the one prepared first at the start. */
const MAX_NAMED_ON_CONNECTION = 200;

/** What a database connection has prepared, by the names that the proxy uses there. */
export class PreparedOnConnection {
  unnamed: PreparedStatement | undefined;
  readonly named = new Set<string>();

  /** The one to close before another is prepared. */
  get surplus(): string | undefined {
    const [oldest] = this.named;
    return this.named.size >= MAX_NAMED_ON_CONNECTION ? oldest : undefined;
  }
}

const PREFIX = 'rds_proxy_';
/** A name that nothing is prepared under. */
export const NO_STATEMENT = `${PREFIX}none`;
/** A name that something is prepared under for a moment only. */
export const TRIAL_STATEMENT = `${PREFIX}trial`;

/**
 * What a client's name that it has prepared nothing under is to be called on a connection. One that looks like the proxy's
 * own would reach what another client has prepared there: it becomes a name that nothing is ever prepared under.
 */
export function nameOfUnknown(name: string): string {
  return name.startsWith(PREFIX) ? `${name} of another session` : name;
}

/** The same name for the same statement, whichever client prepares it. Not to be guessed by EXECUTE. */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #prefix = `${PREFIX}${randomBytes(12).toString('hex')}_`;

  of({ body }: PreparedStatement): string {
    const key = body.toString('latin1');
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = `${this.#prefix}${this.#names.size + 1}`;
    this.#names.set(key, name);
    return name;
  }
}
