/** Seven ways to sign a token, each in the least code that answers with a row: what a signer costs a cold start. */
import type { Benchmark, Comparison } from './benchmark.js';
import { measureColdStarts } from './lambda/cold-starts.js';

const OURS = 'node:crypto';
const SIGNERS = {
  [OURS]: 'packages/benchmarks/src/peers/signers/node-crypto.ts',
  aws4: 'packages/benchmarks/src/peers/signers/aws4.ts',
  aws4fetch: 'packages/benchmarks/src/peers/signers/aws4fetch.ts',
  '@smithy/signature-v4': 'packages/benchmarks/src/peers/signers/smithy.ts',
  'rds-signer': 'packages/benchmarks/src/peers/signers/rds-signer.ts',
  'rds-signer, given credentials': 'packages/benchmarks/src/peers/signers/rds-signer-given-credentials.ts',
  'rds-signer, loaded while connecting': 'packages/benchmarks/src/peers/signers/rds-signer-while-connecting.ts',
} as const;
type Signer = keyof typeof SIGNERS;

export const signers: Benchmark = {
  name: 'signers',
  description: 'the start of a process to the first row, by what signs the token',
  async measure(context) {
    const measured = await measureColdStarts(SIGNERS, context);
    if ('skipped' in measured) return measured;
    const { bundles, byNode } = measured;
    const others = (Object.keys(SIGNERS) as Signer[]).filter((name) => name !== OURS);
    const against = (name: string, unit: Comparison['unit'], metrics: (signer: Signer) => number[]) =>
      others.map((baseline) => ({
        name,
        unit,
        ours: metrics(OURS),
        baseline: metrics(baseline),
        labels: { ours: OURS, baseline },
      }));
    return [
      ...against('bundle', 'kB', (signer) => [bundles[signer].kilobytes]),
      ...byNode.flatMap(({ runs, version }) =>
        against(`start to first row, Node.js ${version}`, 'ms', (signer) =>
          runs[signer].map(({ firstRowMillis }) => firstRowMillis),
        ),
      ),
    ];
  },
};
