/** Memory and connections of a running stack, looked at again and again. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { LocalStack } from '../../src/local/stack.js';
import { lambdaProcesses } from '../../test/faults/processes.js';

export interface Sample {
  /** Since the watch began. */
  atMillis: number;
  /** Resident set of each environment, by the id of its process. */
  environmentMegabytes: ReadonlyMap<number, number>;
  /** Of this process: AppSync, RDS Proxy, what drives them, and whoever asks. */
  stackMegabytes: number;
  /** Of the function's user, in PostgreSQL. */
  databaseConnections: number;
  /** Of the proxy. */
  clientConnections: number;
}

export interface Watch {
  /** Ends it. @returns all samples, in order. @throws what a look threw */
  stop(): Promise<readonly Sample[]>;
}

const EVERY_MILLIS = 5_000;
const MEBIBYTE = 2 ** 20;

/** @param superuser of a connection that is not counted, and must be used by nobody else until the end */
export function watchStack(stack: LocalStack, superuser: pg.Client, onSample: (sample: Sample) => void): Watch {
  const startedAt = performance.now();
  const samples: Sample[] = [];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const sample = { atMillis: performance.now() - startedAt, ...(await look(stack, superuser)) };
      samples.push(sample);
      onSample(sample);
      await delay(EVERY_MILLIS, undefined, { signal: over.signal }).catch(() => {});
    }
  })();
  // Heard by stop(); until then it must not end the process.
  watching.catch(() => {});
  return {
    async stop() {
      over.abort();
      await watching;
      return samples;
    },
  };
}

async function look(stack: LocalStack, superuser: pg.Client): Promise<Omit<Sample, 'atMillis'>> {
  const { rows } = await superuser.query<{ count: number }>(
    'select count(*)::integer as count from pg_stat_activity where usename = $1',
    [stack.access.user],
  );
  const environments = lambdaProcesses().map(async ({ id }) => [id, await residentMegabytes(id)] as const);
  return {
    environmentMegabytes: new Map(await Promise.all(environments)),
    stackMegabytes: process.memoryUsage.rss() / MEBIBYTE,
    databaseConnections: rows[0]?.count ?? Number.NaN,
    clientConnections: stack.proxy.statistics().clientConnections.open,
  };
}

async function residentMegabytes(processId: number): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
