/** One fault from beginning to end: the requests, the strike, the healing, and the assessment. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, untilBusy } from './fault.js';
import type { FaultRun } from './fault-run.js';
import type { FaultStack } from './fault-stack.js';
import type { HandlerProbe } from './handler-probe.js';
import { type Footprint, findHandlerLeaks, findLeaks, type HandlerFootprint } from './leaks.js';
import { newOrder, planRequests, type TestContext } from './requests.js';
import { send } from './send.js';
import { wakeEnvironments } from './start-environments.js';
import { assess, type Ended, isOpen } from './verify.js';

export interface FaultSetting {
  stack: FaultStack;
  context: TestContext;
  probe: HandlerProbe;
  before: Footprint;
  handlerBefore: HandlerFootprint;
}

/** So many have been answered when a fault strikes the busy stack: the others are anywhere. */
const ANSWERED_BEFORE = 5;
const AGAIN_MILLIS = 100;

/** @param prefix of its orders' skus, different for each run */
export async function runFault(setting: FaultSetting, fault: Fault, prefix: string): Promise<FaultRun> {
  const { stack, context, probe, before, handlerBefore } = setting;
  const planned = await planRequests(stack, context, prefix);
  if (fault.strikesWhile === 'idle') await wakeEnvironments(stack);
  const retriesBefore = stack.retries();
  const madeBefore = stack.exchangeable.connectionsMade();

  if (fault.strikesWhile === 'idle') await fault.strike(stack);
  const answered = countdown(ANSWERED_BEFORE);
  let ended = 0;
  const sent = planned.map(async (request): Promise<Ended> => {
    const outcome = await send(stack, request);
    ended += 1;
    answered.one();
    return { request, outcome };
  });
  if (fault.strikesWhile === 'busy') {
    await answered.all;
    await untilBusy(stack);
  }
  const inFlight = planned.length - ended;
  if (fault.strikesWhile === 'busy') await fault.strike(stack);
  const all = Promise.all(sent);
  const over = fault.lasts === 'to the end' ? all : delay(fault.lasts);
  const probing = readUntil(probe, over);
  await letItLast(stack, fault, over);
  await fault.heal?.(stack);

  const first = await all;
  const probed = await probing;
  const firstNewRequest = await send(stack, newOrder(`${prefix}-new`));
  const firstNewRead = await probe.read();
  const leakedByHandler = await findHandlerLeaks(probe, handlerBefore);
  const repeated = await repeat(stack, first);
  // Statements that nobody waits for any more come to their own end, and only then count.
  const leaked = await findLeaks(stack, before);
  const findings = await assess(stack, fault.mayEnd, [...first, ...repeated]);
  for (const { request, outcome } of repeated) {
    if (outcome.kind !== 'data') findings.wrong.push(`${request.sku} sent again: ${JSON.stringify(outcome)}`);
  }
  return {
    name: fault.name,
    how: fault.how,
    requests: planned.length,
    inFlight,
    answered: first.filter(({ outcome }) => outcome.kind === 'data').length,
    errors: countErrors(first),
    retried: stack.retries() - retriesBefore,
    repeated: repeated.length,
    ...findings,
    leaked: [...leakedByHandler, ...leaked],
    firstNewRequest,
    firstNewRead,
    probed,
    newConnections: stack.exchangeable.connectionsMade() - madeBefore,
    // Those that must be refused need no query.
    shortestQueryMillis: Math.min(
      ...first.flatMap(({ request, outcome }) => (request.kind === 'createInvalid' ? [] : outcome.millis)),
    ),
  };
}

async function letItLast(stack: FaultStack, { again }: Fault, over: Promise<unknown>): Promise<void> {
  const isOver = watch(over);
  while (again !== undefined && !isOver()) {
    await again(stack);
    await delay(AGAIN_MILLIS);
  }
  await over;
}

/** One read after the other, once at least. */
async function readUntil(probe: HandlerProbe, over: Promise<unknown>): Promise<string[]> {
  const isOver = watch(over);
  const ends: string[] = [];
  do {
    ends.push(await probe.read());
    await delay(AGAIN_MILLIS);
  } while (!isOver());
  return ends;
}

function watch(promise: Promise<unknown>): () => boolean {
  let isSettled = false;
  void promise.then(() => {
    isSettled = true;
  });
  return () => isSettled;
}

/** As a client would that never saw the answer: with the key of the first time. */
async function repeat(stack: FaultStack, ended: readonly Ended[]): Promise<Ended[]> {
  const open = ended.filter((end) => end.request.kind === 'createWithKey' && isOpen(end));
  return Promise.all(open.map(async ({ request }) => ({ request, outcome: await send(stack, request) })));
}

function countErrors(ended: readonly Ended[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of ended) {
    if (outcome.kind === 'error') counts[outcome.type] = (counts[outcome.type] ?? 0) + 1;
  }
  return counts;
}

function countdown(count: number): { all: Promise<void>; one: () => void } {
  let left = count;
  let done = () => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  return {
    all,
    one() {
      left -= 1;
      if (left === 0) done();
    },
  };
}
