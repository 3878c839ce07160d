/**
 * What an invocation costs in a warm environment: the function's handler, against the statements that it sends, sent
 * by node-postgres alone, in the same process. What is left is ours: the dispatch, the checks, the
 * identity, the checkout of the connection, the log line.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BARE_READ } from '../bare-read.js';
import { atMostTimes, type Benchmark, type Comparison, median } from '../benchmark.js';
import { bundleHandlers } from '../lambda/handlers.js';
import { isLambdaRuntime, versionOfNode } from '../lambda/node-version.js';
import { getOrderEvent } from '../lambda/variables.js';
import { startStackWithOneOrder } from '../one-order.js';
import { measureWarmEnvironment, type WarmMeasurements } from './warm-environment.js';

/** Of the project. */
export const HANDLER_AND_DRIVER = 'packages/benchmarks/src/warm-path/handler-and-driver.ts';
const ROUNDS = 31;
const REPEATS_IN_A_ROUND = 200;
const MAX_RATIO = 1.1;

export const warmPath: Benchmark = {
  name: 'warm-path',
  description: 'an invocation in a warm environment, against its statements by pg alone in the same process',
  async measure({ nodes, onProgress }) {
    const directory = await mkdtemp(join(tmpdir(), 'warm-path-'));
    const stack = await startStackWithOneOrder();
    try {
      const { ours } = await bundleHandlers({ ours: HANDLER_AND_DRIVER }, directory);
      const comparisons: Comparison[] = [];
      for (const node of nodes) {
        const version = await versionOfNode(node);
        onProgress(`Node.js ${version}, ${ROUNDS} rounds`);
        const measured = await measureWarmEnvironment({
          node,
          bundle: ours.path,
          access: stack.access,
          plan: {
            event: getOrderEvent(stack.orderId),
            orderId: stack.orderId,
            bareStatement: { text: BARE_READ, values: [stack.orderId] },
            rounds: ROUNDS,
            repeats: REPEATS_IN_A_ROUND,
          },
        });
        comparisons.push(...compare(measured, version));
      }
      return comparisons;
    } finally {
      await stack.stop();
      await rm(directory, { recursive: true });
    }
  },
};

function compare({ millis, statements }: WarmMeasurements, version: string): Comparison[] {
  const against = (baseline: readonly number[][], label: string): Comparison => ({
    name: `getOrder, p50, Node.js ${version}`,
    unit: 'ms',
    ours: millis.invocation.map(median),
    baseline: baseline.map(median),
    labels: { ours: 'invocation', baseline: label },
  });
  return [
    {
      ...against(millis.pipelined, `the same ${statements.length} statements, pipelined by pg`),
      ...(isLambdaRuntime(version) && { threshold: atMostTimes(MAX_RATIO) }),
    },
    against(millis.batch, 'the same, as one batch on the function’s connection'),
    against(millis.bare, 'the read alone, no transaction and no policies'),
  ];
}
