/** Owns the last few durations of something, for a median that follows what happens now. */

const KEPT = 512;

export class Durations {
  readonly #kept: number[] = [];
  #next = 0;

  add(millis: number): void {
    this.#kept[this.#next] = millis;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** 0 while there are none. */
  summary(): { p50: number; max: number } {
    const sorted = this.#kept.toSorted((left, right) => left - right);
    return { p50: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
  }
}
