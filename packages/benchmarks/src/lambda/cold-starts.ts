/** The cold starts of several handlers, on each Node.js: bundled once, then started in turns against one stack. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBaselines } from '../baselines.js';
import type { BenchmarkContext } from '../benchmark.js';
import { startStackWithOneOrder } from '../one-order.js';
import { type FirstRow, measureInTurns } from './first-row.js';
import { type BundledHandler, bundleHandlers } from './handlers.js';
import { versionOfNode } from './node-version.js';

/** Many: a start is short, and now and then one meets something else on the machine. */
const ROUNDS = 41;

export interface ColdStarts<Name extends string> {
  bundles: Record<Name, BundledHandler>;
  /** One for each Node.js, in the order given. */
  byNode: { version: string; runs: Record<Name, FirstRow[]> }[];
}

/**
 * @param entries By the name that the caller gives them: paths from the project's root.
 * @returns nothing measured, with a reason, where the baselines are not installed
 */
export async function measureColdStarts<Name extends string>(
  entries: Readonly<Record<Name, string>>,
  { nodes, onProgress }: BenchmarkContext,
): Promise<ColdStarts<Name> | { skipped: string }> {
  const skipped = await prepareBaselines();
  if (skipped !== undefined) return { skipped };
  const directory = await mkdtemp(join(tmpdir(), 'cold-starts-'));
  const stack = await startStackWithOneOrder();
  try {
    const bundles = await bundleHandlers(entries, directory);
    const byNode: ColdStarts<Name>['byNode'] = [];
    for (const node of nodes) {
      const version = await versionOfNode(node);
      const onRound = (round: number) => onProgress(`Node.js ${version}, round ${round} of ${ROUNDS}`);
      byNode.push({ version, runs: await measureInTurns(bundles, { node, stack, rounds: ROUNDS, onRound }) });
    }
    return { bundles, byNode };
  } finally {
    await stack.stop();
    await rm(directory, { recursive: true });
  }
}
