/**
 * Whether row-level security holds while many users are there at once. The same statements go to both databases; what
 * differs is that PGlite has one session for all of its clients. Shown by each way that its users have, the one that it
 * withstands included.
 */

import { prepareBaselines } from '../baselines.js';
import type { Benchmark, Comparison } from '../benchmark.js';
import { type LoadCounts, USERS } from './load.js';
import { startOurs } from './ours.js';
import { loadPgliteInProcess, startPgliteServer } from './pglite.js';
import type { Subject } from './subject.js';

const ROUNDS = 3;
const AT_ONCE = `${USERS.length} users at once`;

interface Pair {
  ours: LoadCounts[];
  baseline: LoadCounts[];
}
type Way = 'transaction' | 'session' | 'inProcess' | 'withUser';

export const rlsLoad: Benchmark = {
  name: 'rls-load',
  description: `${AT_ONCE} under row-level security, against PGlite: answers with rows of somebody else`,
  async measure({ onProgress }) {
    const skipped = await prepareBaselines();
    if (skipped !== undefined) return { skipped };
    const stops: (() => Promise<void>)[] = [];
    try {
      const ours = await startOurs();
      stops.push(ours.stop);
      const pglite = await startPgliteServer();
      stops.push(pglite.stop);
      return compare(await runRounds(ours, pglite, onProgress));
    } finally {
      for (const stop of stops) await stop();
    }
  },
};

async function runRounds(
  ours: Subject,
  pglite: Subject,
  onProgress: (step: string) => void,
): Promise<Record<Way, Pair>> {
  const runs: Record<Way, { ours: () => Promise<LoadCounts>; baseline: () => Promise<LoadCounts> }> = {
    transaction: { ours: ours.transaction, baseline: pglite.transaction },
    session: { ours: ours.session, baseline: pglite.session },
    inProcess: { ours: ours.withUser, baseline: loadPgliteInProcess },
    withUser: { ours: ours.withUser, baseline: pglite.withUser },
  };
  const seen: Record<Way, Pair> = {
    transaction: { ours: [], baseline: [] },
    session: { ours: [], baseline: [] },
    inProcess: { ours: [], baseline: [] },
    withUser: { ours: [], baseline: [] },
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const way of Object.keys(runs) as Way[]) {
      for (const side of ['ours', 'baseline'] as const) {
        const counts = await runs[way][side]();
        seen[way][side].push(counts);
        onProgress(`round ${round} of ${ROUNDS}, ${way}, ${side}: ${JSON.stringify(counts)}`);
      }
    }
  }
  return seen;
}

function compare({ transaction, session, inProcess, withUser }: Record<Way, Pair>): Comparison[] {
  const socket = 'PGlite, socket server';
  return [
    none(`${AT_ONCE}, BEGIN … COMMIT, answers with foreign rows`, transaction, foreign, 'emulator', socket),
    none(`${AT_ONCE}, identity of the session, answers with foreign rows`, session, foreign, 'emulator', socket),
    none(
      `${AT_ONCE}, answers with foreign rows`,
      inProcess,
      foreign,
      'withUser',
      'PGlite in process, BEGIN … COMMIT by query()',
    ),
    none(`${AT_ONCE}, withUser, answers with foreign rows`, withUser, foreign, 'emulator', socket),
    none(`${AT_ONCE}, withUser, answers that lack rows or fail`, withUser, lacking, 'emulator', socket),
    {
      name: `${AT_ONCE}, BEGIN … COMMIT, the whole load`,
      unit: 's',
      ours: transaction.ours.map(({ seconds }) => seconds),
      baseline: transaction.baseline.map(({ seconds }) => seconds),
      labels: { ours: 'emulator', baseline: socket },
    },
  ];
}

const foreign = (counts: LoadCounts) => counts.foreign;
const lacking = (counts: LoadCounts) => counts.incomplete + counts.failed;

function none(
  name: string,
  { ours, baseline }: Pair,
  count: (counts: LoadCounts) => number,
  oursLabel: string,
  baselineLabel: string,
): Comparison {
  const oursCounts = ours.map(count);
  return {
    name,
    unit: '',
    ours: oursCounts,
    baseline: baseline.map(count),
    labels: { ours: oursLabel, baseline: baselineLabel },
    // Of any round: a median would forgive one.
    threshold: { text: 'none of ours', isPassed: () => oursCounts.every((found) => found === 0) },
  };
}
