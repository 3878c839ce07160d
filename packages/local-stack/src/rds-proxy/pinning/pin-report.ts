/** Lists what pinned: each statement once, with reason, user and fix, and how often it ran. */
import type { PinReason } from './reasons.js';

export interface Pin extends PinReason {
  /** The beginning of the statement, with its literals left out. */
  statement: string;
  user: string;
  database: string;
  /** How many client sessions it pinned, or would have pinned had they not been pinned already. */
  count: number;
}

/** A program that never stops making new statements fills no memory: later ones are counted and not kept. */
const MAX_KEPT = 1_000;
const SHOWN_CHARACTERS = 200;

export class PinReport {
  readonly #pins = new Map<string, Pin>();
  readonly #onFirst: (pin: Pin) => void;

  /** @param onFirst called when a statement pins for the first time */
  constructor(onFirst: (pin: Pin) => void) {
    this.#onFirst = onFirst;
  }

  get pins(): readonly Pin[] {
    return [...this.#pins.values()];
  }

  add(text: string, reasons: readonly PinReason[], { user, database }: { user: string; database: string }): void {
    const statement = withoutLiterals(text);
    for (const reason of reasons) {
      const key = JSON.stringify([statement, reason.kind, reason.construct, user]);
      const known = this.#pins.get(key);
      if (known !== undefined) {
        known.count += 1;
      } else if (this.#pins.size < MAX_KEPT) {
        const pin = { ...reason, statement, user, database, count: 1 };
        this.#pins.set(key, pin);
        this.#onFirst(pin);
      }
    }
  }

  clear(): void {
    this.#pins.clear();
  }
}

/**
 * For a person who looks for the statement in their code. A literal may be anybody's data: whatever stands between quotes,
 * a quote that is never closed included, and every number goes.
 */
function withoutLiterals(text: string): string {
  return text
    .replace(/\$(\w*)\$[\s\S]*?(\$\1\$|$)/g, '…')
    .replace(/'(?:[^'\\]|''|\\[\s\S])*('|$)/g, "'…'")
    .replace(/(?<![\w$])\d[\w.]*/g, '0')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, SHOWN_CHARACTERS);
}
