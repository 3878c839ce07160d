/** What the emulator costs a database under load: pgbench's TPC-B. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { Benchmark } from './benchmark.js';
import { type ProxyAndDirect, startProxyAndDirect, type Way } from './proxy-and-direct.js';

/** As many branches as clients, as pgbench's documentation asks: with fewer, row locks are measured and not the path. */
const SCALE = 32;
const CLIENTS = 32;
/** 30 s each way, in turns. */
const ROUNDS = 6;
const ROUND_SECONDS = 5;
const MIN_RATIO = 0.75;

export const proxyThroughput: Benchmark = {
  name: 'proxy-throughput',
  description: `pgbench TPC-B, ${CLIENTS} clients, ${ROUNDS * ROUND_SECONDS} s each way`,
  async measure({ onProgress }) {
    if (spawnSync('pgbench', ['--version']).status !== 0) {
      return { skipped: "pgbench is not installed; on Debian it is in the server's package, postgresql-15" };
    }
    const ways = await startProxyAndDirect();
    try {
      onProgress(`makes tables of scale ${SCALE}`);
      await pgbench(ways, ways.direct, ['--initialize', '--quiet', `--scale=${SCALE}`]);
      // Compiled code and warm caches, for both: a developer's emulator runs for hours.
      onProgress('warms up');
      await transactionsPerSecond(ways, ways.direct);
      await transactionsPerSecond(ways, ways.proxied);
      const ours: number[] = [];
      const baseline: number[] = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        onProgress(`round ${round} of ${ROUNDS}`);
        baseline.push(await transactionsPerSecond(ways, ways.direct));
        ours.push(await transactionsPerSecond(ways, ways.proxied));
      }
      return [
        {
          name: `TPC-B, ${CLIENTS} clients`,
          unit: 'tps',
          ours,
          baseline,
          labels: { ours: 'through the proxy', baseline: 'direct TLS' },
          threshold: {
            text: `at least ${MIN_RATIO} of it, 0 failed transactions`,
            isPassed: (oursMedian, baselineMedian) => oursMedian / baselineMedian >= MIN_RATIO,
          },
        },
      ];
    } finally {
      await ways.stop();
    }
  },
};

/** @throws Error when a transaction failed */
async function transactionsPerSecond(ways: ProxyAndDirect, way: Way): Promise<number> {
  const output = await pgbench(ways, way, [
    `--client=${CLIENTS}`,
    '--jobs=2',
    `--time=${ROUND_SECONDS}`,
    '--no-vacuum',
  ]);
  const failed = /number of failed transactions: (\d+)/.exec(output)?.[1];
  const tps = /^tps = ([\d.]+)/m.exec(output)?.[1];
  if (failed !== '0' || tps === undefined) throw new Error(`pgbench did not run all transactions:\n${output}`);
  return Number(tps);
}

async function pgbench({ caPath }: ProxyAndDirect, way: Way, options: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('pgbench', options, {
    env: {
      PATH: process.env.PATH,
      PGHOST: 'localhost',
      PGPORT: String(way.port),
      PGUSER: 'app',
      PGDATABASE: 'app',
      PGPASSWORD: await way.password(),
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: caPath,
    },
  });
  return stdout;
}
