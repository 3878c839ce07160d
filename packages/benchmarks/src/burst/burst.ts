/**
 * 500 Lambda environments that are asked together, and a database of 100 connections: through the emulator, and directly, as
 * one would without a proxy.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { bootstrapDatabase, migrateDatabase } from '@vpc-postgres/local-stack/database.js';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { BASELINE_ENTRIES, BASELINE_NAMES, type Baseline, prepareBaselines } from '../baselines.js';
import { type Benchmark, type Comparison, percentile } from '../benchmark.js';
import { bundleHandlers, OUR_HANDLER } from '../lambda/handlers.js';
import { environmentVariables, getOrderEvent } from '../lambda/variables.js';
import { addOneOrder } from '../one-order.js';
import { type ProxyAndDirect, startProxyAndDirect } from '../proxy-and-direct.js';
import { watchConnections } from './connections.js';
import { askEnvironments, type BurstSample } from './environments.js';

const ENVIRONMENTS = 500;
/** PostgreSQL's max_connections is 100, of which it keeps three for superusers: the proxy can hold the others. */
const MAX_CONNECTIONS = 97;
const WAYS = ['proxied', 'direct'] as const;
type WayName = (typeof WAYS)[number];
/** Without Prisma: 500 processes that have it loaded want more than 24 GB. */
const BASELINES_OF_BURST = BASELINE_NAMES.filter((name) => name !== 'Prisma');
type Name = 'ours' | Baseline;

interface BurstResult {
  answers: BurstSample[];
  connections: number;
}

export const burst: Benchmark = {
  name: 'burst',
  description:
    `${ENVIRONMENTS} loaded environments that are asked at once, against a database of 100 connections; ` +
    'ours connects while it loads, the baselines when they are asked',
  async measure({ onProgress }) {
    const reason = await prepareBaselines();
    if (reason !== undefined) return { skipped: reason };
    const directory = await mkdtemp(join(tmpdir(), 'burst-'));
    const ways = await startProxyAndDirect();
    try {
      await bootstrapDatabase(ways.socketDirectory, ways.direct.port);
      await migrateDatabase(ways.socketDirectory, await readMigrations(localApp.migrationsFolder), ways.direct.port);
      const orderId = await addOneOrder(ways);
      const bundles = await bundleHandlers<Name>({ ours: OUR_HANDLER, ...BASELINE_ENTRIES }, directory);
      const outcomes = {} as Record<Name, Record<WayName, BurstResult>>;
      for (const name of ['ours', ...BASELINES_OF_BURST] as const) {
        outcomes[name] = {} as Record<WayName, BurstResult>;
        for (const way of WAYS) {
          onProgress(`${name}, ${way}`);
          const outcome = await runBurst(ways, way, bundles[name].path, orderId);
          outcomes[name][way] = outcome;
          onProgress(`${name}, ${way}: ${describe(outcome)}`);
        }
      }
      return compare(outcomes);
    } finally {
      await ways.stop();
      await rm(directory, { recursive: true });
    }
  },
};

async function runBurst(ways: ProxyAndDirect, way: WayName, bundle: string, orderId: string): Promise<BurstResult> {
  const superuser = await ways.connectSuperuser();
  const watch = watchConnections(superuser);
  try {
    const answers = await askEnvironments({
      count: ENVIRONMENTS,
      bundle,
      event: getOrderEvent(orderId),
      variables: environmentVariables(ways.access, ways[way].port),
    });
    return { answers, connections: await watch.stop() };
  } finally {
    await watch.stop();
    // What the proxy holds open would be counted in the next one's burst.
    await superuser.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'");
    await superuser.end();
  }
}

function describe({ answers, connections }: BurstResult): string {
  const counts = new Map<string, number>();
  for (const { error = 'rows' } of answers) counts.set(error, (counts.get(error) ?? 0) + 1);
  return `${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')}; at most ${connections} connections`;
}

function compare(outcomes: Record<Name, Record<WayName, BurstResult>>): Comparison[] {
  const ours = outcomes.ours.proxied;
  const labels = { proxied: 'through the proxy', direct: 'direct' } as const;
  const sides: { label: string; outcome: BurstResult }[] = [
    { label: 'ours, direct', outcome: outcomes.ours.direct },
    ...BASELINES_OF_BURST.flatMap((baseline) =>
      WAYS.map((way) => ({ label: `${baseline}, ${labels[way]}`, outcome: outcomes[baseline][way] })),
    ),
  ];
  return sides.flatMap(({ label, outcome }) => {
    const line = (name: string, unit: Comparison['unit'], measure: (outcome: BurstResult) => number): Comparison => ({
      name,
      unit,
      ours: [measure(ours)],
      baseline: [measure(outcome)],
      labels: { ours: labels.proxied, baseline: label },
    });
    const millis = (percent: number) => (of: BurstResult) =>
      percentile(
        of.answers.map((answer) => answer.millis),
        percent,
      );
    return [
      {
        ...line('errors', '', errorsOf),
        threshold: { text: 'none of ours', isPassed: (count: number) => count === 0 },
      },
      line('p50', 'ms', millis(50)),
      line('p99', 'ms', millis(99)),
      {
        ...line('highest count of connections', '', ({ connections }) => connections),
        threshold: {
          text: `at most ${MAX_CONNECTIONS} of ours`,
          isPassed: (count: number) => count <= MAX_CONNECTIONS,
        },
      },
    ];
  });
}

const errorsOf = ({ answers }: BurstResult) => answers.filter(({ error }) => error !== undefined).length;
