/** Starts the process that is measured, and checks that what it measured is what it was to measure. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LocalDatabase } from '@vpc-postgres/local-stack/function-environment.js';
import { environmentVariables } from '../lambda/variables.js';

const WARM_ENVIRONMENT = join(import.meta.dirname, 'warm-environment.mjs');

/** Of `begin`, the identity, the read and `commit`. */
const ROWS_OF_STATEMENTS = [null, 1, 1, null];

export interface WarmPlan {
  /** For a read of one order by its handler. */
  event: unknown;
  orderId: string;
  /** That reads the same order from tables without policies. */
  bareStatement: { text: string; values: unknown[] };
  /** Without those that warm up. */
  rounds: number;
  /** Of each way in a round. */
  repeats: number;
}

export interface WarmMeasurements {
  /** SQL that one invocation sends. */
  statements: string[];
  /** Of each repeat, by round. */
  millis: Record<'invocation' | 'batch' | 'pipelined' | 'bare', number[][]>;
}

interface Report extends WarmMeasurements {
  answer: { data?: { id?: unknown } | null };
  /** Rows, as PostgreSQL counts them: null for a statement that has none. */
  counts: { batch: (number | null)[]; pipelined: (number | null)[]; bare: number | null };
}

/**
 * @param node Path of the Node.js to run.
 * @param bundle Exports a `handler`, as `pg` the driver that it uses, and `Batch`, with which it sends.
 * @throws Error when a way does not read the order
 */
export async function measureWarmEnvironment(options: {
  node: string;
  bundle: string;
  access: LocalDatabase;
  plan: WarmPlan;
}): Promise<WarmMeasurements> {
  const { node, bundle, access, plan } = options;
  const child = fork(WARM_ENVIRONMENT, [bundle, JSON.stringify(plan)], {
    execPath: node,
    execArgv: [],
    env: environmentVariables(access),
    // The function writes its log line to /dev/null: who takes it, and how long that takes, is the platform's.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { answer, statements, counts, millis } = await reportOf(child);
  const isRead =
    answer.data?.id === plan.orderId &&
    [counts.batch, counts.pipelined].every((rows) => JSON.stringify(rows) === JSON.stringify(ROWS_OF_STATEMENTS)) &&
    counts.bare === 1;
  if (!isRead) throw new Error(`Not the order: ${JSON.stringify({ answer, statements, counts })}`);
  return { statements, millis };
}

async function reportOf(child: ChildProcess): Promise<Report> {
  let report: Report | undefined;
  child.once('message', (message) => {
    report = message as Report;
  });
  const [code] = await once(child, 'close');
  if (report === undefined) throw new Error(`The environment ended with code ${code}, and without measurements.`);
  return report;
}
