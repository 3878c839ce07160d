/** Writes what a client receives: gathered in a turn of the event loop, and written at the end of it. */
import { ByteRun } from './byte-run.js';
import type { ClientSocket } from './client-input.js';
import { type TurnWriter, writeAtEndOfTurn } from './end-of-turn.js';

export class ClientOutput implements TurnWriter {
  /** Where the replies of PostgreSQL go; `schedule` sends them. */
  readonly bytes = new ByteRun();
  readonly #client: ClientSocket;
  readonly #onFull: () => void;
  #isScheduled = false;
  #isMute = false;

  /** @param onFull called when the client does not take in more for now; its socket says when it does again */
  constructor(client: ClientSocket, onFull: () => void) {
    this.#client = client;
    this.#onFull = onFull;
  }

  /** Has all that came together written at the end of this turn. */
  schedule(): void {
    if (this.#isScheduled || this.bytes.isEmpty) return;
    this.#isScheduled = true;
    writeAtEndOfTurn(this);
  }

  send(message: Buffer): void {
    this.bytes.append(message);
    this.schedule();
  }

  writeNow(): void {
    this.#isScheduled = false;
    if (this.bytes.isEmpty) return;
    const bytes = this.bytes.take();
    if (this.#isMute || this.#client.destroyed) return;
    if (!this.#client.write(bytes)) this.#onFull();
  }

  /** The client hears nothing any more. */
  mute(): void {
    this.#isMute = true;
  }
}
