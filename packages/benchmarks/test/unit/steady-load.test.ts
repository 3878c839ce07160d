import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { toRow } from '../../src/report/row.js';
import { compareRun, type SteadyRun } from '../../src/steady-load/comparisons.js';
import { type LoadAnswer, runSteadyLoad } from '../../src/steady-load/load.js';
import type { Sample } from '../../src/steady-load/samples.js';

const MINUTES = 6;
const SECONDS = MINUTES * 60;

/** A run in which nothing changes after the first minute, in which everything grows. */
function steadyRun({ sample = {}, answer = {}, ...run }: Changes = {}): SteadyRun {
  const every5Seconds = Array.from({ length: SECONDS / 5 }, (_, index) => index * 5_000);
  return {
    minutes: MINUTES,
    memoryMB: 1024,
    answers: every5Seconds.map((askedMillis) => ({ askedMillis, millis: 4, ...(isAtEnd(askedMillis) && answer) })),
    samples: every5Seconds.map((atMillis) => ({
      atMillis,
      environmentMegabytes: new Map([
        [101, atMillis < 60_000 ? 60 : 80],
        [102, 81],
      ]),
      ...(atMillis % 60_000 === 0 && { stackMegabytes: 200 }),
      databaseConnections: 2,
      clientConnections: 2,
      ...(isAtEnd(atMillis) && sample),
    })),
    ...run,
  };
}

type Changes = { sample?: Partial<Sample>; answer?: Partial<LoadAnswer> } & Partial<SteadyRun>;

const isAtEnd = (millis: number) => millis >= (MINUTES - 1) * 60_000;

const brokenBy = (changes: Changes) =>
  compareRun(steadyRun(changes)).flatMap((comparison) => {
    const { name, isPassed } = toRow('steady-load', comparison);
    return isPassed ? [] : [name];
  });

describe('the thresholds of the benchmark steady-load', () => {
  test('are kept by a run that is at the end what it was after its first minute', () => {
    expect(brokenBy({})).toEqual([]);
  });

  test('are broken by an environment that goes up more than 5 % further than any did at first', () => {
    const grown = new Map([
      [101, 84],
      [102, 86],
    ]);
    expect(brokenBy({ sample: { environmentMegabytes: grown } })).toEqual(['highest memory of an environment']);
  });

  test('are broken by one connection that is left open', () => {
    expect(brokenBy({ sample: { databaseConnections: 3 } })).toEqual(['connections to the database']);
    expect(brokenBy({ sample: { clientConnections: 3 } })).toEqual(['connections to the proxy']);
  });

  test('are broken by an environment that had to be replaced', () => {
    const replaced = new Map([
      [101, 80],
      [103, 81],
    ]);
    expect(brokenBy({ sample: { environmentMegabytes: replaced } })).toEqual([
      'processes of environments, at any time',
    ]);
  });

  test('are broken by one answer that is not the expected one', () => {
    expect(brokenBy({ answers: [{ askedMillis: 0, millis: 4, problem: 'getOrder: InternalError' }] })).toEqual([
      'answers that were not the expected one',
    ]);
  });

  test('compare the latencies of the last third with those of the first', () => {
    const slower = compareRun(steadyRun({ answer: { millis: 9 } })).find(({ name }) => name === 'p99');
    expect(slower).toMatchObject({ ours: [9], baseline: [4] });
  });
});

describe('the steady load', () => {
  test('asks at its rate, and does not wait for an answer', async () => {
    let underWay = 0;
    let most = 0;
    const answers = await runSteadyLoad({
      seconds: 0.1,
      everyMillis: 10,
      atOnce: 2,
      async ask() {
        underWay += 1;
        most = Math.max(most, underWay);
        await delay(50);
        underWay -= 1;
        return undefined;
      },
    });
    expect(answers.map(({ askedMillis }) => askedMillis)).toEqual([
      0, 0, 10, 10, 20, 20, 30, 30, 40, 40, 50, 50, 60, 60, 70, 70, 80, 80, 90, 90,
    ]);
    expect(most).toBeGreaterThan(2);
  });

  test('keeps what was wrong with an answer, and goes on when there was none', async () => {
    const answers = await runSteadyLoad({
      seconds: 0.003,
      everyMillis: 1,
      atOnce: 1,
      async ask(count) {
        if (count === 0) throw new Error('fetch failed');
        return count === 1 ? 'getOrder: no row' : undefined;
      },
    });
    expect(answers.map(({ problem }) => problem)).toEqual(['fetch failed', 'getOrder: no row', undefined]);
  });
});
