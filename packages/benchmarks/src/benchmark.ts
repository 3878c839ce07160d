/** What a benchmark is: a name, and a measurement that yields ratios of ours against a baseline measured in the same run. */

/** One line of the table. */
export interface Comparison {
  /** What is compared: "select 1, p50". */
  name: string;
  /** '' for a count. */
  unit: 'ms' | 's' | 'tps' | 'kB' | 'MB' | '';
  /** One value for each round, in the order measured. */
  ours: readonly number[];
  baseline: readonly number[];
  /** What the two are: "through the proxy", "direct TLS". */
  labels: { ours: string; baseline: string };
  /** Whether the medians are good enough, and the sentence that says so. Absent where nothing is required. */
  threshold?: Threshold;
}

export interface Threshold {
  text: string;
  isPassed: (oursMedian: number, baselineMedian: number) => boolean;
}

/** Ours is at most this many times the baseline's. */
export function atMostTimes(limit: number): Threshold {
  return { text: `at most ${limit} x`, isPassed: (ours, baseline) => ours <= limit * baseline };
}

export interface BenchmarkContext {
  /** Says what is being done, for a person who waits. */
  onProgress(step: string): void;
  /** Paths of the Node.js programs to measure with, where a benchmark starts processes of its own: at least one. */
  nodes: readonly string[];
  /** How long a load lasts that is to be steady, in whole minutes: at least MIN_MINUTES. */
  minutes: number;
}

/** One in which all is new, and three to compare. */
export const MIN_MINUTES = 4;

export interface Benchmark {
  /** As on the command line. */
  name: string;
  description: string;
  /** Left out of a run that names no benchmark: it takes long. */
  onlyByName?: boolean;
  /** @returns nothing to compare, with a reason, where this machine lacks a program or the baselines are not installed */
  measure(context: BenchmarkContext): Promise<readonly Comparison[] | { skipped: string }>;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Interpolated where it falls between two values. @param percent 0..100 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const position = ((sorted.length - 1) * percent) / 100;
  const lower = sorted[Math.floor(position)] ?? Number.NaN;
  const upper = sorted[Math.ceil(position)] ?? Number.NaN;
  return lower + (upper - lower) * (position - Math.floor(position));
}

/** Half the distance between the largest and the smallest, as a share of the median; 0 where the median is. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / 2 / middle;
}
