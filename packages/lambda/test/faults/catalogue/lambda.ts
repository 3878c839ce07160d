/** What befalls the function's own process. */
import { setTimeout as delay } from 'node:timers/promises';
import { lambdaProcesses } from '@vpc-postgres/testing/support/processes.js';
import type { Fault } from '../fault.js';

const STRUCK_PROCESSES = 8;
const FROZEN = 'T';

/** Signals processes that serve a request, until so many have been struck. */
async function signalBusyProcesses(signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
  const struck = new Set<number>();
  while (struck.size < STRUCK_PROCESSES) {
    for (const { id, state } of lambdaProcesses()) {
      if (state === FROZEN || struck.has(id) || struck.size === STRUCK_PROCESSES) continue;
      process.kill(id, signal);
      struck.add(id);
    }
    await delay(1);
  }
}

export const LAMBDA_FAULTS: readonly Fault[] = [
  {
    name: 'Lambda processes killed',
    how: `SIGKILL to ${STRUCK_PROCESSES} that serve a request`,
    strikesWhile: 'busy',
    lasts: 0,
    strike: () => signalBusyProcesses('SIGKILL'),
    mayEnd: ['Lambda:Unhandled'],
  },
  {
    name: 'Lambda times out',
    how: `SIGSTOP to ${STRUCK_PROCESSES} that serve a request, until Lambda ends them after 15 s`,
    strikesWhile: 'busy',
    lasts: 0,
    strike: () => signalBusyProcesses('SIGSTOP'),
    mayEnd: ['Lambda:Unhandled'],
  },
];
