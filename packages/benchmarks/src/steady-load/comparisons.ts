/**
 * What a run of the steady load shows: its last third against its first, without the minute in which all is new. Memory goes
 * up and down by itself: V8 makes room for garbage in steps, for some thousands of requests, and takes it back when it
 * collects. What a leak raises is how far it goes up.
 */
import { atMostTimes, type Comparison, percentile } from '../benchmark.js';
import type { LoadAnswer } from './load.js';
import type { Sample } from './samples.js';

/** Each tick of the load asks as many at once, so that all of them work. */
export const ENVIRONMENTS = 2;
const MINUTE = 60_000;
const MAX_GROWTH = 1.05;

export interface SteadyRun {
  minutes: number;
  /** The function's limit. */
  memoryMB: number;
  answers: readonly LoadAnswer[];
  samples: readonly Sample[];
}

type Measure = (sample: Sample) => number | undefined;

export function compareRun({ minutes, memoryMB, answers, samples }: SteadyRun): Comparison[] {
  const endMillis = minutes * MINUTE;
  const third = (endMillis - MINUTE) / 3;
  const thirdsOf = <Value>(values: readonly Value[], millisOf: (value: Value) => number) => {
    const from = (start: number) =>
      values.filter((value) => millisOf(value) >= start && millisOf(value) < start + third);
    return { ours: from(endMillis - third), baseline: from(MINUTE) };
  };
  const labels = { ours: 'last third', baseline: 'first third' };
  const looks = thirdsOf(samples, ({ atMillis }) => atMillis);
  const asked = thirdsOf(answers, ({ askedMillis }) => askedMillis);

  const compareMedians = (name: string, measure: Measure): Comparison => ({
    name,
    unit: 'MB',
    ours: looks.ours.flatMap((sample) => measure(sample) ?? []),
    baseline: looks.baseline.flatMap((sample) => measure(sample) ?? []),
    labels,
  });
  const compareHighest = (name: string, unit: Comparison['unit'], measure: Measure): Comparison => {
    const { ours, baseline } = compareMedians(name, measure);
    return { name, unit, ours: [Math.max(...ours)], baseline: [Math.max(...baseline)], labels };
  };
  const noMore = { text: 'not more', isPassed: (ours: number, baseline: number) => ours <= baseline };
  const compareLatencies = (percent: number): Comparison => ({
    name: `p${percent}`,
    unit: 'ms',
    ours: [millisOf(asked.ours, percent)],
    baseline: [millisOf(asked.baseline, percent)],
    labels,
  });
  const highestMegabytes = (sample: Sample) => Math.max(...sample.environmentMegabytes.values());
  const processes = new Set(samples.flatMap((sample) => [...sample.environmentMegabytes.keys()]));
  const problems = answers.filter(({ problem }) => problem !== undefined);

  return [
    {
      ...compareHighest('highest memory of an environment', 'MB', highestMegabytes),
      threshold: atMostTimes(MAX_GROWTH),
    },
    {
      name: 'highest memory of an environment',
      unit: 'MB',
      ours: [Math.max(...samples.map(highestMegabytes))],
      baseline: [memoryMB],
      labels: { ours: 'at any time', baseline: 'the function’s limit' },
    },
    compareMedians(`memory of ${ENVIRONMENTS} environments`, ({ environmentMegabytes }) => sum(environmentMegabytes)),
    compareMedians('in use by the stack and the benchmark', ({ stackMegabytes }) => stackMegabytes),
    {
      ...compareHighest('connections to the database', '', (sample) => sample.databaseConnections),
      threshold: noMore,
    },
    { ...compareHighest('connections to the proxy', '', (sample) => sample.clientConnections), threshold: noMore },
    {
      name: 'processes of environments, at any time',
      unit: '',
      ours: [processes.size],
      baseline: [ENVIRONMENTS],
      labels: { ours: '', baseline: 'environments' },
      threshold: noMore,
    },
    compareLatencies(50),
    compareLatencies(99),
    {
      name: 'answers that were not the expected one',
      unit: '',
      ours: [problems.length],
      baseline: [answers.length],
      labels: { ours: '', baseline: 'requests' },
      threshold: { text: 'none', isPassed: (ours) => ours === 0 },
    },
  ];
}

function sum(values: ReadonlyMap<number, number>): number {
  return [...values.values()].reduce((total, value) => total + value, 0);
}

function millisOf(answers: readonly LoadAnswer[], percent: number): number {
  return percentile(
    answers.map(({ millis }) => millis),
    percent,
  );
}
