/** What network, database, guardrails and monitoring add to the synthesis of the same backend without them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Benchmark } from '../benchmark.js';

const ROUNDS = 5;
const MAX_RATIO = 1.25;
const SYNTHESIZE = join(import.meta.dirname, 'synthesize.ts');

const run = promisify(execFile);

export const synthTime: Benchmark = {
  name: 'synth-time',
  description: 'the synthesis of amplify/backend.ts, against the same backend without network and database',
  async measure({ onProgress }) {
    const ours: number[] = [];
    const baseline: number[] = [];
    // The first run of each compiles and fills caches.
    await secondsOf('plain');
    await secondsOf('full');
    for (let round = 1; round <= ROUNDS; round += 1) {
      onProgress(`round ${round} of ${ROUNDS}`);
      ours.push(await secondsOf('full'));
      baseline.push(await secondsOf('plain'));
    }
    return [
      {
        name: 'synthesis, whole process',
        unit: 's',
        ours,
        baseline,
        labels: { ours: 'amplify/backend.ts', baseline: 'without network and database' },
        threshold: {
          text: `at most ${MAX_RATIO} times`,
          isPassed: (oursMedian, baselineMedian) => oursMedian <= MAX_RATIO * baselineMedian,
        },
      },
    ];
  },
};

async function secondsOf(backend: 'full' | 'plain'): Promise<number> {
  const startedAt = performance.now();
  await run(process.execPath, ['--import', 'tsx', SYNTHESIZE, backend]);
  return (performance.now() - startedAt) / 1000;
}
