/**
 * What a developer waits for: from the start of the local mode to the first row. Ours is all of `npm start`, asked over
 * HTTP. The baseline is PGlite, the engine of the nearest local mode, and nothing else: no API, no function in a process of its
 * own, no TLS, no sign-in. Once behind its socket server, where the same domain code reaches it, and once in process, where
 * it is fastest.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadUserPool } from '@vpc-postgres/local-stack/cognito/user-pool.js';
import { sendGraphql } from '@vpc-postgres/local-stack/graphql-client.js';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { BASELINES_FOLDER, prepareBaselines } from '../baselines.js';
import type { Benchmark, Comparison } from '../benchmark.js';
import { type Program, startProgram } from '../program.js';

const ROUNDS = 7;
const START = join(import.meta.dirname, '../../../local-stack/src/start.ts');
const [{ username }] = localApp.newData as [(typeof localApp.newData)[number]];

/**
 * Seconds from `npm run dev` to the first row in AWS Blocks, whose local mode is PGlite in its own process: medians of 8 on
 * two cores, Node 24, commit b577acc of its preview. Not measured in the same run, hence lines of their own.
 */
const NEAREST_LOCAL_MODE = { withData: 1.95, new: 3.8 } as const;

type Case = keyof typeof NEAREST_LOCAL_MODE;
const CASE_NAMES: Record<Case, string> = { withData: 'with data', new: 'new folder' };

const SIDES = {
  ours: {
    start: (folder: string) => startProgram([START, '--directory', folder], { PORT: '0', PROXY_PORT: '0' }),
    readRow: readOverHttp,
  },
  socket: startedPeer('first-row.ts'),
  inProcess: startedPeer('first-row-in-process.ts'),
} as const;
type Side = keyof typeof SIDES;
const SIDE_NAMES = Object.keys(SIDES) as Side[];

export const startTime: Benchmark = {
  name: 'start-time',
  description: 'the start of the local mode to the first row, against PGlite behind its socket server',
  async measure({ onProgress }) {
    const skipped = await prepareBaselines();
    if (skipped !== undefined) return { skipped };
    const directory = await mkdtemp(join(tmpdir(), 'start-time-'));
    try {
      // These fill the caches of tsx and of the disk, and leave the folders with data.
      for (const side of SIDE_NAMES) await secondsToFirstRow(side, join(directory, side));
      const seconds: Record<Case, Record<Side, number[]>> = {
        withData: { ours: [], socket: [], inProcess: [] },
        new: { ours: [], socket: [], inProcess: [] },
      };
      for (let round = 1; round <= ROUNDS; round += 1) {
        onProgress(`round ${round} of ${ROUNDS}`);
        for (const side of SIDE_NAMES) {
          seconds.withData[side].push(await secondsToFirstRow(side, join(directory, side)));
          const newFolder = join(directory, `new-${side}`);
          seconds.new[side].push(await secondsToFirstRow(side, newFolder));
          await rm(newFolder, { recursive: true });
        }
      }
      return (['withData', 'new'] as const).flatMap((name) => compare(name, seconds[name]));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

function startedPeer(file: string) {
  return {
    start: (folder: string) => startProgram([join(BASELINES_FOLDER, 'pglite', file), folder]),
    readRow: async (program: Program) => void (await program.printed(/\{"order":\{"id":/)),
  };
}

/** The end of the program is waited for, and not counted. */
async function secondsToFirstRow(side: Side, folder: string): Promise<number> {
  const startedAt = performance.now();
  const program = SIDES[side].start(folder);
  try {
    await SIDES[side].readRow(program, folder);
    return (performance.now() - startedAt) / 1000;
  } finally {
    await program.stop();
  }
}

async function readOverHttp(program: Program, folder: string): Promise<void> {
  const [, url = ''] = await program.printed(/(http:\/\/[\w.]+:\d+)\/graphql[\s\S]*^Ready in/m);
  const { data, errors } = await sendGraphql(url, await loadUserPool(folder), username, {
    query: localApp.oneLineQuery,
  });
  const page = data?.listOrders as { items: unknown[] } | undefined;
  if (page?.items[0] === undefined) throw new Error(`${url} answered without a row: ${JSON.stringify(errors)}`);
}

function compare(name: Case, { ours, socket, inProcess }: Record<Side, number[]>): Comparison[] {
  const limit = NEAREST_LOCAL_MODE[name];
  const against = (baseline: number[], label: string): Comparison => ({
    name: `start to first row, ${CASE_NAMES[name]}`,
    unit: 's',
    ours,
    baseline,
    labels: { ours: 'npm start, over HTTP', baseline: label },
  });
  return [
    {
      ...against(socket, 'PGlite and its socket server'),
      threshold: { text: 'not slower', isPassed: (oursMedian, baselineMedian) => oursMedian <= baselineMedian },
    },
    against(inProcess, 'PGlite in process, alone'),
    {
      ...against([limit], 'AWS Blocks, npm run dev, as once measured on two cores'),
      threshold: { text: `under ${limit} s`, isPassed: (oursMedian) => oursMedian < limit },
    },
  ];
}
