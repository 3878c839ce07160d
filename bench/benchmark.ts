/** What a benchmark is: a name, and a measurement that yields ratios of ours against a peer measured in the same run. */

/** One line of the table. */
export interface Comparison {
  /** What is compared: "select 1, p50". */
  name: string;
  unit: 'ms' | 's' | 'tps' | 'kB';
  /** One figure for each round, in the order measured. */
  ours: readonly number[];
  peer: readonly number[];
  /** What the two are: "through the proxy", "direct TLS". */
  labels: { ours: string; peer: string };
  /** Whether the medians are good enough, and the sentence that says so. Absent where nothing is promised. */
  promise?: { text: string; isKept: (oursMedian: number, peerMedian: number) => boolean };
}

export interface Benchmark {
  /** As on the command line. */
  name: string;
  description: string;
  /** @returns nothing to compare, with a reason, where this machine lacks a program */
  measure(onProgress: (step: string) => void): Promise<readonly Comparison[] | { skipped: string }>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Half the distance between the largest and the smallest, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}
