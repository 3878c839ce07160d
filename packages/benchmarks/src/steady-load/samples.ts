/** Memory and connections of a running stack, looked at again and again. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LocalStack } from '@vpc-postgres/local-stack/stack-options.js';
import { lambdaProcesses } from '@vpc-postgres/testing/support/processes.js';
import type pg from 'pg';

export interface Sample {
  /** Since the watch began. */
  atMillis: number;
  /** Resident set of each environment, by the id of its process. */
  environmentMegabytes: ReadonlyMap<number, number>;
  /** In use in this process, which runs AppSync, RDS Proxy and the clients: once a minute, after a collection. */
  stackMegabytes?: number;
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
const SAMPLES_IN_A_MINUTE = 60_000 / EVERY_MILLIS;
const MEBIBYTE = 2 ** 20;

/** @param superuser of a connection that is not counted, and that the caller uses for nothing else until the end */
export function watchStack(stack: LocalStack, superuser: pg.Client, onSample: (sample: Sample) => void): Watch {
  const startedAt = performance.now();
  const samples: Sample[] = [];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const isMinute = samples.length % SAMPLES_IN_A_MINUTE === 0;
      const sample = {
        atMillis: performance.now() - startedAt,
        ...(await look(stack, superuser)),
        ...(isMinute && { stackMegabytes: collectedMegabytes() }),
      };
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

/** Without a collection it can be many times as much: V8 takes its time where the machine has memory. */
function collectedMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MEBIBYTE;
}

async function look(stack: LocalStack, superuser: pg.Client): Promise<Omit<Sample, 'atMillis'>> {
  const { rows } = await superuser.query<{ count: number }>(
    'select count(*)::integer as count from pg_stat_activity where usename = $1',
    [stack.access.user],
  );
  const environmentMegabytes = new Map<number, number>();
  for (const { id } of lambdaProcesses()) {
    const megabytes = await residentMegabytes(id);
    if (megabytes !== undefined) environmentMegabytes.set(id, megabytes);
  }
  return {
    environmentMegabytes,
    databaseConnections: rows[0]?.count ?? Number.NaN,
    clientConnections: stack.proxy.statistics().clientConnections.open,
  };
}

/** Undefined when the process has ended meanwhile. */
async function residentMegabytes(processId: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** For a person who waits. */
export function describeSample(sample: Sample): string {
  const megabytes = [...sample.environmentMegabytes.values()].map((value) => value.toFixed(1)).join(' and ');
  return (
    `${Math.round(sample.atMillis / 1_000)} s: environments ${megabytes} MB, ` +
    `${sample.databaseConnections} database and ${sample.clientConnections} client connections`
  );
}
