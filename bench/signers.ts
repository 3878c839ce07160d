/** Seven ways to sign a token, each in the least code that answers with a row: what a signer costs a cold start. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Comparison } from './benchmark.js';
import { measureInTurns } from './lambda/first-row.js';
import { bundleHandlers } from './lambda/handlers.js';
import { versionOfNode } from './lambda/node-version.js';
import { startStackWithOneOrder } from './one-order.js';
import { preparePeers } from './peers.js';

const ROUNDS = 15;
const OURS = 'node:crypto';
const SIGNERS = {
  [OURS]: 'bench/peers/signers/node-crypto.ts',
  aws4: 'bench/peers/signers/aws4.ts',
  aws4fetch: 'bench/peers/signers/aws4fetch.ts',
  '@smithy/signature-v4': 'bench/peers/signers/smithy.ts',
  'rds-signer': 'bench/peers/signers/rds-signer.ts',
  'rds-signer, given credentials': 'bench/peers/signers/rds-signer-given-credentials.ts',
  'rds-signer, loaded while connecting': 'bench/peers/signers/rds-signer-while-connecting.ts',
} as const;
type Signer = keyof typeof SIGNERS;

export const signers: Benchmark = {
  name: 'signers',
  description: 'the start of a process to the first row, by what signs the token',
  async measure({ onProgress, nodes }) {
    const reason = await preparePeers();
    if (reason !== undefined) return { skipped: reason };
    const directory = await mkdtemp(join(tmpdir(), 'signers-'));
    const stack = await startStackWithOneOrder();
    try {
      const bundles = await bundleHandlers(SIGNERS, directory);
      const others = (Object.keys(SIGNERS) as Signer[]).filter((name) => name !== OURS);
      const comparisons: Comparison[] = others.map((peer) => ({
        name: 'bundle',
        unit: 'kB',
        ours: [bundles[OURS].kilobytes],
        peer: [bundles[peer].kilobytes],
        labels: { ours: OURS, peer },
      }));
      for (const node of nodes) {
        const version = await versionOfNode(node);
        const onRound = (round: number) => onProgress(`Node.js ${version}, round ${round} of ${ROUNDS}`);
        const runs = await measureInTurns(bundles, { node, stack, rounds: ROUNDS, onRound });
        for (const peer of others)
          comparisons.push({
            name: `start to first row, Node.js ${version}`,
            unit: 'ms',
            ours: runs[OURS].map(({ firstRowMillis }) => firstRowMillis),
            peer: runs[peer].map(({ firstRowMillis }) => firstRowMillis),
            labels: { ours: OURS, peer },
          });
      }
      return comparisons;
    } finally {
      await stack.stop();
      await rm(directory, { recursive: true });
    }
  },
};
