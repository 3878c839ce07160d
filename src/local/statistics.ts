/** Durations of late, in bounded memory, and their median. */

/** How many durations are kept. */
const MAX_KEPT = 500;

export class RecentDurations {
  readonly #millis: number[] = [];
  #next = 0;

  add(millis: number): void {
    this.#millis[this.#next] = millis;
    this.#next = (this.#next + 1) % MAX_KEPT;
  }

  /** The median of the last 500, in milliseconds; undefined before the first. */
  get p50Millis(): number | undefined {
    const sorted = this.#millis.toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)];
  }
}
