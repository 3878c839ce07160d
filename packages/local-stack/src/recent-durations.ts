/** Keeps the last 500 durations, so that statistics follow the current load in bounded memory. */

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

  /** The longest of the last 500, in milliseconds; undefined before the first. */
  get maxMillis(): number | undefined {
    return this.#millis.length === 0 ? undefined : Math.max(...this.#millis);
  }

  /** Both, and 0 before the first. */
  summary(): { p50: number; max: number } {
    return { p50: this.p50Millis ?? 0, max: this.maxMillis ?? 0 };
  }
}
