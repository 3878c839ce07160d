/** What a run of the steady load shows: its end against its second minute, when all that is loaded once has been loaded. */
import { FUNCTION_LIMITS } from '../../src/local/functions.js';
import { type Comparison, percentile } from '../benchmark.js';
import type { LoadAnswer } from './load.js';
import type { Sample } from './samples.js';

/** Each tick of the load asks as many at once, so that all of them work. */
export const ENVIRONMENTS = 2;
const MINUTE = 60_000;
const MAX_GROWTH = 1.05;

export interface SteadyRun {
  minutes: number;
  answers: readonly LoadAnswer[];
  samples: readonly Sample[];
  /** Environments that were started, over the whole run. */
  coldStarts: number;
}

export function compareRun({ minutes, answers, samples, coldStarts }: SteadyRun): Comparison[] {
  const endMillis = minutes * MINUTE;
  const second = between(samples, 'atMillis', MINUTE, 2 * MINUTE);
  const last = between(samples, 'atMillis', endMillis - MINUTE, endMillis);
  const spans = { ours: 'last minute', peer: 'second minute' };
  const compareMemory = (name: string, measure: (sample: Sample) => number | undefined): Comparison => ({
    name,
    unit: 'MB',
    ours: last.flatMap((sample) => measure(sample) ?? []),
    peer: second.flatMap((sample) => measure(sample) ?? []),
    labels: spans,
  });
  const compareHighest = (name: string, measure: (sample: Sample) => number): Comparison => ({
    name,
    unit: '',
    ours: [Math.max(...last.map(measure))],
    peer: [Math.max(...second.map(measure))],
    labels: spans,
    promise: { text: 'not more', isKept: (ours, peer) => ours <= peer },
  });
  const processes = [...new Set(samples.flatMap((sample) => [...sample.environmentMegabytes.keys()]))];
  const problems = answers.filter(({ problem }) => problem !== undefined);

  return [
    ...processes.map((id, index) => ({
      ...compareMemory(`memory of environment ${index + 1}`, (sample) => sample.environmentMegabytes.get(id)),
      promise: {
        text: `at most ${MAX_GROWTH} x`,
        isKept: (ours: number, peer: number) => ours <= MAX_GROWTH * peer,
      },
    })),
    {
      name: 'highest memory of an environment',
      unit: 'MB',
      ours: [Math.max(...samples.flatMap((sample) => [...sample.environmentMegabytes.values()]))],
      peer: [FUNCTION_LIMITS.memoryMB],
      labels: { ours: '', peer: 'the function’s limit' },
    },
    compareMemory('in use by the stack and the benchmark', (sample) => sample.stackMegabytes),
    compareHighest('connections to the database', (sample) => sample.databaseConnections),
    compareHighest('connections to the proxy', (sample) => sample.clientConnections),
    count('environments started', coldStarts, ENVIRONMENTS, 'wanted'),
    ...[50, 99].map((percent) => compareLatencies(answers, endMillis, percent)),
    count('answers that were not the expected one', problems.length, 0, `of ${answers.length} requests`),
  ];
}

/** Of those that were asked, or looked at, in this span of the load. */
function between<Key extends string, Value extends Record<Key, number>>(
  values: readonly Value[],
  key: Key,
  fromMillis: number,
  toMillis: number,
): Value[] {
  return values.filter((value) => value[key] >= fromMillis && value[key] < toMillis);
}

/** The last third against the first, without the minute in which all is new. */
function compareLatencies(answers: readonly LoadAnswer[], endMillis: number, percent: number): Comparison {
  const third = (endMillis - MINUTE) / 3;
  const millisFrom = (fromMillis: number) =>
    percentile(
      between(answers, 'askedMillis', fromMillis, fromMillis + third).map(({ millis }) => millis),
      percent,
    );
  return {
    name: `p${percent}`,
    unit: 'ms',
    ours: [millisFrom(endMillis - third)],
    peer: [millisFrom(MINUTE)],
    labels: { ours: 'last third', peer: 'first third, after a minute' },
  };
}

function count(name: string, found: number, expected: number, label: string): Comparison {
  return {
    name,
    unit: '',
    ours: [found],
    peer: [expected],
    labels: { ours: '', peer: label },
    promise: { text: expected === 0 ? 'none' : 'not more', isKept: (ours) => ours <= expected },
  };
}
