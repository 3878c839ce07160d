/**
 * What row-level security costs a read: getOrder through database.query, and the usual four round trips, each against the bare
 * statement on a connection of the same kind, on wires of three lengths.
 */
import { getOrder } from '@vpc-postgres/testing/app/src/orders/orders.js';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { connectThroughProxy } from '@vpc-postgres/testing/support/local-stack.js';
import { startWireRelay } from '@vpc-postgres/testing/support/wire-relay.js';
import { BARE_READ } from './bare-read.js';
import { atMostTimes, type Benchmark, type Comparison, median } from './benchmark.js';
import { startStackWithOneOrder } from './one-order.js';
import { CALLER } from './order.js';

const ONE_WAY_MILLIS = [0, 1, 5];
const ROUNDS = 7;
const READS_IN_A_ROUND = 60;
/** Promised where the network is what costs. */
const PROMISED_AT_MILLIS = 5;
const MAX_RATIO = 1.15;

export const withUser: Benchmark = {
  name: 'with-user',
  description: 'a read with row-level security, against the bare statement, at 0, 1 and 5 ms each way',
  async measure({ onProgress }) {
    const stack = await startStackWithOneOrder();
    const relay = await startWireRelay(stack.access.port);
    const database = await connectDatabase(stack, { port: relay.port });
    const client = await connectThroughProxy(stack.access, relay.port);
    try {
      const bare = () => client.query(BARE_READ, [stack.orderId]);
      const usual = async () => {
        await client.query('begin read only');
        await client.query("select identity.assume($1, '{}')", [CALLER.sub]);
        await client.query(BARE_READ, [stack.orderId]);
        await client.query('commit');
      };
      const ways = { bare, usual, ours: () => getOrder(database, CALLER, stack.orderId) };

      const comparisons: Comparison[] = [];
      for (const millis of ONE_WAY_MILLIS) {
        relay.delay(millis);
        const seen = { bare: [] as number[], usual: [] as number[], ours: [] as number[] };
        for (let round = 0; round <= ROUNDS; round += 1) {
          onProgress(`${millis} ms each way, round ${round} of ${ROUNDS}`);
          for (const way of ['bare', 'ours', 'usual'] as const) {
            const p50 = await medianOf(ways[way]);
            // The first round warms up.
            if (round > 0) seen[way].push(p50);
          }
        }
        comparisons.push(
          compare(millis, 'database.query', seen.ours, seen.bare),
          compare(millis, 'four trips', seen.usual, seen.bare),
        );
      }
      return comparisons;
    } finally {
      await client.end();
      await database.end();
      await relay.stop();
      await stack.stop();
    }
  },
};

function compare(millis: number, label: string, ours: number[], baseline: number[]): Comparison {
  const isPromised = label === 'database.query' && millis === PROMISED_AT_MILLIS;
  return {
    name: `getOrder by ${label}, ${millis} ms each way, p50`,
    unit: 'ms',
    ours,
    baseline,
    labels: { ours: label, baseline: 'bare statement' },
    ...(isPromised && {
      threshold: atMostTimes(MAX_RATIO),
    }),
  };
}

async function medianOf(read: () => Promise<unknown>): Promise<number> {
  const millis: number[] = [];
  for (let count = 0; count < READS_IN_A_ROUND; count += 1) {
    const startedAt = performance.now();
    await read();
    millis.push(performance.now() - startedAt);
  }
  return median(millis);
}
