/** From the start of a process to the first row: our function as Amplify bundles it, the way of the docs, and as little as can be. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { functionBuildOptions } from '../../src/local/lambda/bundle.js';
import type { Benchmark, Comparison } from '../benchmark.js';
import { CALLER, type StackWithOneOrder, startStackWithOneOrder } from '../one-order.js';

const ROUNDS = 15;
const PROJECT = join(import.meta.dirname, '../..');
const BUNDLES = {
  ours: 'amplify/functions/orders-api/handler.ts',
  docs: 'bench/cold-path/docs-way.ts',
  least: 'bench/cold-path/lower-bound.ts',
} as const;
type Name = keyof typeof BUNDLES;

const MAX_OF_DOCS = 0.7;
const MAX_OF_LEAST = 1.1;
const MAX_BUNDLE_KILOBYTES = 150;

interface Run {
  importMillis: number;
  firstRowMillis: number;
}

export const coldPath: Benchmark = {
  name: 'cold-path',
  description: 'start of a process to the first row, against pg + rds-signer as the docs show it',
  async measure({ onProgress }) {
    const directory = await mkdtemp(join(tmpdir(), 'cold-path-'));
    const stack = await startStackWithOneOrder();
    try {
      const kilobytes = await bundleAll(directory);
      const runs: Record<Name, Run[]> = { ours: [], docs: [], least: [] };
      for (let round = 0; round <= ROUNDS; round += 1) {
        onProgress(`round ${round} of ${ROUNDS}`);
        for (const name of Object.keys(runs) as Name[]) {
          const run = await runOnce(join(directory, name, 'index.mjs'), stack);
          // The first round fills the disk cache.
          if (round > 0) runs[name].push(run);
        }
      }
      return comparisons(runs, kilobytes);
    } finally {
      await stack.stop();
      await rm(directory, { recursive: true });
    }
  },
};

async function bundleAll(directory: string): Promise<Record<Name, number>> {
  const kilobytes = { ours: 0, docs: 0, least: 0 };
  for (const [name, entry] of Object.entries(BUNDLES) as [Name, string][]) {
    const folder = join(directory, name);
    await mkdir(folder);
    await build({ ...functionBuildOptions(join(PROJECT, entry), folder), absWorkingDir: PROJECT });
    kilobytes[name] = (await stat(join(folder, 'index.mjs'))).size / 1000;
  }
  return kilobytes;
}

async function runOnce(bundle: string, { access, orderId }: StackWithOneOrder): Promise<Run> {
  const event = {
    typeName: 'Query',
    fieldName: 'getOrder',
    arguments: { id: orderId },
    identity: { sub: CALLER.sub, groups: CALLER.groups },
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, 'run-once.mjs'), bundle, JSON.stringify(event)],
    {
      env: {
        PATH: process.env.PATH,
        DATABASE_HOST: access.host,
        DATABASE_PORT: String(access.port),
        DATABASE_NAME: access.database,
        DATABASE_USER: access.user,
        AWS_REGION: access.region,
        AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
        AWS_SESSION_TOKEN: access.credentials.sessionToken,
        NODE_EXTRA_CA_CERTS: access.caPath,
      },
    },
  );
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  if (result.answer?.data?.id !== orderId) throw new Error(`${bundle} answered ${JSON.stringify(result.answer)}`);
  return { importMillis: result.importedMillis - result.startedMillis, firstRowMillis: result.firstRowMillis };
}

function comparisons(runs: Record<Name, Run[]>, kilobytes: Record<Name, number>): Comparison[] {
  const firstRows = (name: Name) => runs[name].map(({ firstRowMillis }) => firstRowMillis);
  const imports = (name: Name) => runs[name].map(({ importMillis }) => importMillis);
  const docs = { ours: 'ours', peer: 'pg + rds-signer' };
  const least = { ours: 'ours', peer: 'pg, least code' };
  return [
    {
      name: 'bundle',
      unit: 'kB',
      ours: [kilobytes.ours],
      peer: [kilobytes.docs],
      labels: docs,
      promise: { text: `at most ${MAX_BUNDLE_KILOBYTES} kB`, isKept: (ours) => ours <= MAX_BUNDLE_KILOBYTES },
    },
    {
      name: 'import, with the connection where it is opened',
      unit: 'ms',
      ours: imports('ours'),
      peer: imports('docs'),
      labels: docs,
    },
    {
      name: 'start to first row',
      unit: 'ms',
      ours: firstRows('ours'),
      peer: firstRows('docs'),
      labels: docs,
      promise: { text: `at most ${MAX_OF_DOCS} x`, isKept: (ours, peer) => ours <= MAX_OF_DOCS * peer },
    },
    {
      name: 'start to first row',
      unit: 'ms',
      ours: firstRows('ours'),
      peer: firstRows('least'),
      labels: least,
      promise: { text: `at most ${MAX_OF_LEAST} x`, isKept: (ours, peer) => ours <= MAX_OF_LEAST * peer },
    },
  ];
}
