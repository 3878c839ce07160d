/** From the start of a process to the first row: our function as Amplify bundles it, the baselines', and as little as can be. */

import { BASELINE_ENTRIES, BASELINE_NAMES, type Baseline } from './baselines.js';
import { atMostTimes, type Benchmark, type Comparison } from './benchmark.js';
import { measureColdStarts } from './lambda/cold-starts.js';
import type { FirstRow } from './lambda/first-row.js';
import { type BundledHandler, OUR_HANDLER } from './lambda/handlers.js';
import { isLambdaRuntime } from './lambda/node-version.js';

/** The way that AWS's documentation shows. */
const DOCS_WAY: Baseline = 'pg + rds-signer';
/** One client of pg and the shortest signature. */
const LEAST = 'the least code';
const ENTRIES = {
  ours: OUR_HANDLER,
  ...BASELINE_ENTRIES,
  [LEAST]: 'packages/benchmarks/src/peers/signers/node-crypto.ts',
} as const;
type Name = 'ours' | Baseline | typeof LEAST;

/** Of the start to first row. */
const LIMITS: Partial<Record<Name, number>> = { [DOCS_WAY]: 0.7, [LEAST]: 1.1 };
const MAX_BUNDLE_KILOBYTES = 150;

export const coldPath: Benchmark = {
  name: 'cold-path',
  description: 'the start of a process to the first row, with the function as Amplify bundles it',
  async measure(context) {
    const measured = await measureColdStarts<Name>(ENTRIES, context);
    if ('skipped' in measured) return measured;
    const { bundles, byNode } = measured;
    return [
      ...BASELINE_NAMES.map((baseline) => compareBundles(bundles, baseline)),
      ...byNode.flatMap(({ runs, version }) => compareRuns(runs, version)),
    ];
  },
};

function compareBundles(bundles: Record<Name, BundledHandler>, baseline: Baseline): Comparison {
  return {
    name: 'bundle',
    unit: 'kB',
    ours: [bundles.ours.kilobytes],
    baseline: [bundles[baseline].kilobytes],
    labels: { ours: '', baseline },
    ...(baseline === DOCS_WAY && {
      threshold: { text: `at most ${MAX_BUNDLE_KILOBYTES} kB`, isPassed: (ours) => ours <= MAX_BUNDLE_KILOBYTES },
    }),
  };
}

function compareRuns(runs: Record<Name, FirstRow[]>, version: string): Comparison[] {
  const others: readonly Name[] = [...BASELINE_NAMES, LEAST];
  const compare = (what: string, measure: keyof FirstRow, baseline: Name): Comparison => ({
    name: `${what}, Node.js ${version}`,
    unit: 'ms',
    ours: runs.ours.map((run) => run[measure]),
    baseline: runs[baseline].map((run) => run[measure]),
    labels: { ours: '', baseline },
  });
  return [
    compare('import', 'importMillis', DOCS_WAY),
    compare('connect', 'connectMillis', DOCS_WAY),
    ...others.map((baseline) => {
      const comparison = compare('start to first row', 'firstRowMillis', baseline);
      const limit = isLambdaRuntime(version) ? LIMITS[baseline] : undefined;
      return limit === undefined ? comparison : { ...comparison, threshold: atMostTimes(limit) };
    }),
  ];
}
