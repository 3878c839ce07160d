/** What befalls RDS Proxy, and the wire between it and the function. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { type Fault, hasNewConnections, UNAVAILABLE, UNAVAILABLE_OR_LATE } from '../fault.js';
import type { FaultStack } from '../fault-stack.js';

const clear = (stack: FaultStack) => stack.proxy.applyFault({ fault: 'clear' });
/** So that connections must be made anew, which is where some faults strike. */
const dropIdle = (stack: FaultStack) => stack.proxy.applyFault({ fault: 'drop-idle-clients' });

const LATENCY_MILLIS = 300;
const TEN_MINUTES_MILLIS = 600_000;

async function exchange(
  { exchangeable }: FaultStack,
  changes?: Parameters<FaultStack['exchangeable']['startAgain']>[0],
): Promise<void> {
  await exchangeable.stop();
  await exchangeable.startAgain(changes);
}

async function ofAnotherAuthority() {
  const directory = await mkdtemp(join(tmpdir(), 'another-authority-'));
  try {
    return await loadOrCreateCertificate(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export const PROXY_FAULTS: readonly Fault[] = [
  {
    name: 'idle connections dropped',
    how: 'the proxy closes them while every function is frozen',
    strikesWhile: 'idle',
    lasts: 0,
    strike: dropIdle,
    mayEnd: UNAVAILABLE,
    // By design nobody notices: the pool drops them before it hands one out.
    isFelt: hasNewConnections,
  },
  {
    name: 'black hole',
    how: 'every open connection stays open and is never answered again',
    strikesWhile: 'busy',
    lasts: 0,
    strike: (stack) => stack.proxy.applyFault({ fault: 'black-hole' }),
    mayEnd: ['DatabaseTimeout'],
  },
  {
    name: 'half-open connections after a freeze',
    how: 'as the black hole, while every function is frozen: it thaws with a connection that looks open',
    strikesWhile: 'idle',
    lasts: 0,
    strike: (stack) => stack.proxy.applyFault({ fault: 'black-hole' }),
    mayEnd: ['DatabaseTimeout'],
  },
  {
    name: 'latency of 300 ms',
    how: 'what the function sends is held back for 300 ms, until the last request is answered',
    strikesWhile: 'idle',
    lasts: 'to the end',
    strike: (stack) => stack.proxy.applyFault({ fault: 'latency', millis: LATENCY_MILLIS }),
    heal: clear,
    mayEnd: [],
    isFelt: ({ shortestQueryMillis }) => shortestQueryMillis >= LATENCY_MILLIS,
  },
  {
    name: 'connections cut while an answer is on its way',
    how: 'the wire between function and proxy is cut, at an answer; the database finishes what it was sent',
    strikesWhile: 'busy',
    lasts: 0,
    strike: async ({ exchangeable }) => exchangeable.wire().cutBeforeNextAnswer(),
    mayEnd: UNAVAILABLE,
  },
  {
    name: 'connections cut again and again',
    how: 'the same every 300 ms for 2 s: new connections too, and what is retried',
    strikesWhile: 'busy',
    lasts: 2_000,
    strike: async ({ exchangeable }) => exchangeable.wire().cutBeforeNextAnswer(),
    async again({ exchangeable }) {
      await delay(300);
      exchangeable.wire().cutBeforeNextAnswer();
    },
    mayEnd: UNAVAILABLE,
  },
  {
    name: 'connections refused',
    how: 'connections are dropped, and new ones closed at once, for 2 s',
    strikesWhile: 'busy',
    lasts: 2_000,
    strike: (stack) => stack.proxy.applyFault({ fault: 'refuse-connections', on: true }),
    again: dropIdle,
    heal: clear,
    mayEnd: UNAVAILABLE,
  },
  {
    name: 'pool exhausted',
    how: 'no database connection comes free for 7 s; the proxy lets a client wait for 5 s',
    strikesWhile: 'busy',
    lasts: 7_000,
    strike: (stack) => stack.proxy.applyFault({ fault: 'exhaust-pool', on: true }),
    heal: clear,
    mayEnd: UNAVAILABLE_OR_LATE,
  },
  {
    name: 'credentials expired',
    how: 'connections are dropped, and every token refused, for 2 s',
    strikesWhile: 'busy',
    lasts: 2_000,
    strike: (stack) => stack.proxy.applyFault({ fault: 'expire-credentials', on: true }),
    again: dropIdle,
    heal: clear,
    mayEnd: [...UNAVAILABLE, 'InternalError'],
  },
  {
    name: 'clocks 10 minutes apart',
    how: 'the proxy comes back with a clock 10 minutes slow, which finds every token signed in the future, for 2 s',
    strikesWhile: 'busy',
    lasts: 2_000,
    strike: (stack) => exchange(stack, { now: () => Date.now() - TEN_MINUTES_MILLIS }),
    heal: (stack) => exchange(stack),
    mayEnd: [...UNAVAILABLE, 'InternalError'],
  },
  {
    name: 'certificate of another authority',
    how: 'the proxy comes back with a certificate that the function does not trust, for 2 s',
    strikesWhile: 'busy',
    lasts: 2_000,
    strike: async (stack) => exchange(stack, { certificate: await ofAnotherAuthority() }),
    heal: (stack) => exchange(stack),
    mayEnd: UNAVAILABLE,
  },
  {
    name: 'proxy killed',
    how: 'every connection ends, nobody listens for 1 s, and it starts again on its port',
    strikesWhile: 'busy',
    lasts: 0,
    async strike({ exchangeable }) {
      await exchangeable.stop();
      await delay(1_000);
      await exchangeable.startAgain();
    },
    mayEnd: UNAVAILABLE,
  },
];
