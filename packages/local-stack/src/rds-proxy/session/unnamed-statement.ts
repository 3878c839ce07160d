/** Tracks a client's unnamed statement, and prepares it again on a connection where another client left its own. */
import { FRONTEND, STATEMENT } from './message-types.js';
import { buildParse, buildTarget } from './names.js';
import { NOTHING, type SentOptions } from './pending-replies.js';
import type { PreparedStatement } from './prepared-statements.js';
import { type RelayTarget, send } from './relay-target.js';

export class UnnamedStatement {
  #ofClient: PreparedStatement | undefined;

  /**
   * Of a message that gives the client and the connection this unnamed statement, or none.
   * @returns how to take it back, where that takes anything
   */
  replace(statement: PreparedStatement | undefined, { prepared }: RelayTarget): SentOptions | undefined {
    const changesNothing = statement === undefined && this.#ofClient === undefined && prepared.unnamed === undefined;
    if (changesNothing) return undefined;
    const before = { ofClient: this.#ofClient, there: prepared.unnamed };
    this.#ofClient = statement;
    prepared.unnamed = statement;
    return {
      undo: () => {
        this.#ofClient = before.ofClient;
        prepared.unnamed = before.there;
      },
      fail: () => {
        this.#ofClient = undefined;
        prepared.unnamed = undefined;
      },
    };
  }

  /** The client's statement, prepared on the connection by now. */
  bring(target: RelayTarget): PreparedStatement | undefined {
    const statement = this.#ofClient;
    if (target.prepared.unnamed !== statement) replaceThere(statement, target);
    return statement;
  }
}

/** @param statement nothing when the client has none, and must not find what another one left */
function replaceThere(statement: PreparedStatement | undefined, target: RelayTarget): void {
  const { prepared } = target;
  const before = prepared.unnamed;
  prepared.unnamed = statement;
  const type = statement === undefined ? FRONTEND.close : FRONTEND.parse;
  const bytes = statement === undefined ? buildTarget('C', STATEMENT, '') : buildParse('', statement.body);
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
