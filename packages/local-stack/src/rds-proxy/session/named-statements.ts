/**
 * Tracks the named statements of one client on connections that it shares: each has a name of the proxy's there, and is
 * prepared where it is missing.
 */
import { FRONTEND, STATEMENT } from './message-types.js';
import { buildParse, buildTarget } from './names.js';
import { NOTHING } from './pending-replies.js';
import {
  NO_STATEMENT,
  nameOfUnknown,
  type PreparedStatement,
  type StatementNames,
  TRIAL_STATEMENT,
} from './prepared-statements.js';
import { type RelayTarget, send } from './relay-target.js';

export class NamedStatements {
  readonly #ofClient = new Map<string, PreparedStatement>();
  readonly #names: StatementNames;
  #haveChanged = false;

  /** @param names of all clients that share connections */
  constructor(names: StatementNames) {
    this.#names = names;
  }

  /**
   * Whether a statement was prepared or closed since the last call. Only the replies tell whether it was, so what comes
   * behind the next Sync must wait for them.
   */
  takeChanged(): boolean {
    const haveChanged = this.#haveChanged;
    this.#haveChanged = false;
    return haveChanged;
  }

  /** Prepares it under the client's name, once for all clients that prepare the same. */
  parse(name: string, statement: PreparedStatement, target: RelayTarget): void {
    const { prepared } = target;
    this.#haveChanged = true;
    const known = this.#ofClient.get(name);
    const nameThere = this.#names.of(known ?? statement);
    if (known !== undefined) {
      // PostgreSQL's own error for a name that is taken.
      prepareThere(known, nameThere, target);
      send(target, FRONTEND.parse, buildParse(nameThere, statement.body));
      return;
    }
    this.#ofClient.set(name, statement);
    const forget = () => void this.#ofClient.delete(name);
    if (prepared.named.has(nameThere)) {
      // Prepared already, for another client perhaps. Whether it could be prepared now, PostgreSQL alone can say.
      send(target, FRONTEND.parse, buildParse(TRIAL_STATEMENT, statement.body), { undo: forget });
      send(target, FRONTEND.close, buildTarget('C', STATEMENT, TRIAL_STATEMENT), { replacement: NOTHING });
      return;
    }
    makeRoom(target);
    prepared.named.add(nameThere);
    send(target, FRONTEND.parse, buildParse(nameThere, statement.body), {
      undo: () => {
        forget();
        prepared.named.delete(nameThere);
      },
    });
  }

  /** What the client means by a name: prepared on the connection by now, if there is such a statement. */
  bring(name: string, target: RelayTarget): { statement?: PreparedStatement; nameThere: string } {
    const statement = this.#ofClient.get(name);
    if (statement === undefined) return { nameThere: nameOfUnknown(name) };
    const nameThere = this.#names.of(statement);
    prepareThere(statement, nameThere, target);
    return { statement, nameThere };
  }

  /** Forgets it, and has PostgreSQL answer as if it were closed: other clients may have it under the same name there. */
  close(name: string, target: RelayTarget): void {
    const statement = this.#ofClient.get(name);
    if (statement === undefined) {
      send(target, FRONTEND.close, buildTarget('C', STATEMENT, nameOfUnknown(name)));
      return;
    }
    this.#haveChanged = true;
    this.#ofClient.delete(name);
    send(target, FRONTEND.close, buildTarget('C', STATEMENT, NO_STATEMENT), {
      undo: () => void this.#ofClient.set(name, statement),
    });
  }
}

function prepareThere(statement: PreparedStatement, nameThere: string, target: RelayTarget): void {
  const { prepared } = target;
  if (prepared.named.has(nameThere)) return;
  makeRoom(target);
  prepared.named.add(nameThere);
  send(target, FRONTEND.parse, buildParse(nameThere, statement.body), {
    replacement: NOTHING,
    undo: () => void prepared.named.delete(nameThere),
  });
}

function makeRoom(target: RelayTarget): void {
  const { prepared } = target;
  const { surplus } = prepared;
  if (surplus === undefined) return;
  prepared.named.delete(surplus);
  send(target, FRONTEND.close, buildTarget('C', STATEMENT, surplus), {
    replacement: NOTHING,
    undo: () => void prepared.named.add(surplus),
  });
}
