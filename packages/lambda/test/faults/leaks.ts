/** What a fault must not leave behind: connections, open transactions, locks, processes, files, timers. */
import { childProcesses, lambdaProcesses, openFiles } from '@vpc-postgres/testing/support/processes.js';
import { ENVIRONMENTS, type FaultStack } from './fault-stack.js';
import type { HandlerProbe } from './handler-probe.js';

export interface Footprint {
  /** Of the emulator. Grows with the environments, and with nothing else: each has one connection at most. */
  clientConnections: number;
  borrowed: number;
  waiting: number;
  /** Sessions of PostgreSQL that are not idle, and the locks and prepared transactions of anybody but the one who asks. */
  busySessions: number;
  locks: number;
  lambdaProcesses: number;
  zombies: number;
  /** Of the runtime that has most. */
  lambdaFiles: number;
  /** Of this process, which is AppSync, Lambda, the wire and the emulator, without the connections of the function. */
  stackFiles: number;
  stackTimers: number;
  stackServers: number;
}

/** What keeps the handler's process alive, by kind. */
export type HandlerFootprint = Record<string, number>;

/** Handlers beside those of the local Lambda: handler-probe.ts. */
const PROBES = 1;
const SETTLES_WITHIN_MILLIS = 45_000;
const LOOK_AGAIN_MILLIS = 100;

async function measure(stack: FaultStack): Promise<Footprint> {
  const { clientConnections, databaseConnections } = stack.proxy.statistics();
  const lambdas = lambdaProcesses();
  const resources = countByName(process.getActiveResourcesInfo());
  const files = openFiles(process.pid) ?? 0;
  return {
    clientConnections: clientConnections.open,
    borrowed: databaseConnections.borrowed,
    waiting: databaseConnections.waiting,
    ...(await leftInDatabase(stack)),
    lambdaProcesses: lambdas.length,
    zombies: childProcesses().filter(({ state }) => state === 'Z').length,
    lambdaFiles: Math.max(0, ...lambdas.map(({ id }) => openFiles(id) ?? 0)),
    // The wire has two for each connection of a client, and the emulator one.
    stackFiles: files - 3 * clientConnections.open - databaseConnections.open,
    stackTimers: resources.Timeout ?? 0,
    stackServers: resources.TCPServerWrap ?? 0,
  };
}

const BASELINE_LOOKS = 5;

/** What there may be between two faults: of files and timers, as many as the stack has when nothing happens. */
export async function measureBaseline(stack: FaultStack): Promise<Footprint> {
  let baseline = await measure(stack);
  for (let look = 1; look < BASELINE_LOOKS; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLIS));
    baseline = quieter(baseline, await measure(stack));
  }
  const connections = { clientConnections: ENVIRONMENTS + PROBES, borrowed: 0, waiting: 0, busySessions: 0, locks: 0 };
  return { ...baseline, ...connections, lambdaProcesses: ENVIRONMENTS, zombies: 0 };
}

function quieter(one: Footprint, other: Footprint): Footprint {
  const names = Object.keys(one) as (keyof Footprint)[];
  return Object.fromEntries(names.map((name) => [name, Math.min(one[name], other[name])])) as unknown as Footprint;
}

/** Right after an answer. */
export async function measureHandler(probe: HandlerProbe): Promise<HandlerFootprint> {
  return countByName(await probe.activeResources());
}

/**
 * Waits until nothing is above the level before the fault: PostgreSQL takes a while to end what nobody waits for any more.
 * @returns what still is above it, in the end
 */
export async function findLeaks(stack: FaultStack, before: Footprint): Promise<string[]> {
  const until = performance.now() + SETTLES_WITHIN_MILLIS;
  for (;;) {
    const leaks = compare(before, await measure(stack));
    if (leaks.length === 0 || performance.now() > until) return leaks;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLIS));
  }
}

/** At once: a timer that is left behind would end by itself, and has no business to be there. */
export async function findHandlerLeaks(probe: HandlerProbe, before: HandlerFootprint): Promise<string[]> {
  return Object.entries(await measureHandler(probe))
    .filter(([name, count]) => count > (before[name] ?? 0))
    .map(([name, count]) => `${name} of the handler: ${count}, before the fault ${before[name] ?? 0}`);
}

function compare(before: Footprint, now: Footprint): string[] {
  return (Object.keys(before) as (keyof Footprint)[])
    .filter((name) => now[name] > before[name])
    .map((name) => `${name}: ${now[name]}, before the fault ${before[name]}`);
}

async function leftInDatabase(stack: FaultStack): Promise<{ busySessions: number; locks: number }> {
  const { rows } = await stack.asSuperuser((client) =>
    client.query<{ busySessions: number; locks: number }>(
      `select (select count(*)::int from pg_stat_activity
                where backend_type = 'client backend' and pid <> pg_backend_pid() and state <> 'idle') as "busySessions",
              (select count(*)::int from pg_locks l join pg_stat_activity a using (pid)
                where a.usename = 'app') + (select count(*)::int from pg_prepared_xacts) as locks`,
    ),
  );
  return rows[0] ?? { busySessions: Number.NaN, locks: Number.NaN };
}

function countByName(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
