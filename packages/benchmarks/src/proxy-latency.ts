/** What the emulator adds to one statement of one client. */
import type pg from 'pg';
import { type Benchmark, median } from './benchmark.js';
import { startProxyAndDirect } from './proxy-and-direct.js';

const ROUNDS = 10;
const STATEMENTS = 1_000;
const MAX_ADDED_MILLIS = 0.15;

export const proxyLatency: Benchmark = {
  name: 'proxy-latency',
  description: 'SELECT 1 through the RDS Proxy emulator, against PostgreSQL directly by TLS',
  async measure({ onProgress }) {
    const ways = await startProxyAndDirect();
    try {
      const [proxied, direct] = [await ways.proxied.connect(), await ways.direct.connect()];
      await medianOf(proxied);
      await medianOf(direct);
      const ours: number[] = [];
      const baseline: number[] = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        onProgress(`round ${round} of ${ROUNDS}`);
        ours.push(await medianOf(proxied));
        baseline.push(await medianOf(direct));
      }
      await Promise.all([proxied.end(), direct.end()]);
      return [
        {
          name: 'SELECT 1, p50',
          unit: 'ms',
          ours,
          baseline,
          labels: { ours: 'through the proxy', baseline: 'direct TLS' },
          threshold: {
            text: `at most ${MAX_ADDED_MILLIS} ms more`,
            isPassed: (oursMedian, baselineMedian) => oursMedian - baselineMedian <= MAX_ADDED_MILLIS,
          },
        },
      ];
    } finally {
      await ways.stop();
    }
  },
};

async function medianOf(client: pg.Client): Promise<number> {
  const millis: number[] = [];
  for (let statement = 0; statement < STATEMENTS; statement += 1) {
    const startedAt = performance.now();
    await client.query('select 1');
    millis.push(performance.now() - startedAt);
  }
  return median(millis);
}
