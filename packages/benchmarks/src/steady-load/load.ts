/** A load at a fixed rate: requests leave when they are due, whether those before them have been answered or not. */
import { setTimeout as delay } from 'node:timers/promises';

export interface LoadOptions {
  seconds: number;
  /** Between two departures. */
  everyMillis: number;
  /** Requests that leave together. */
  atOnce: number;
  /** @returns what is wrong with the answer to the request of this number, from 0; undefined when nothing is */
  ask(count: number): Promise<string | undefined>;
}

export interface LoadAnswer {
  /** Since the load began. */
  askedMillis: number;
  /** From when it was due until the answer. */
  millis: number;
  problem?: string;
}

/** @returns an answer to each request; one that throws has the error's message as its problem */
export async function runSteadyLoad({ seconds, everyMillis, atOnce, ask }: LoadOptions): Promise<LoadAnswer[]> {
  const startedAt = performance.now();
  const elapsedMillis = () => performance.now() - startedAt;
  const answers: Promise<LoadAnswer>[] = [];

  const askAt = async (askedMillis: number, count: number): Promise<LoadAnswer> => {
    const problem = await ask(count).catch((error: Error) => error.message);
    return { askedMillis, millis: elapsedMillis() - askedMillis, ...(problem !== undefined && { problem }) };
  };

  for (let dueMillis = 0; dueMillis < seconds * 1_000; dueMillis += everyMillis) {
    await delay(Math.max(0, dueMillis - elapsedMillis()));
    for (let request = 0; request < atOnce; request += 1) answers.push(askAt(dueMillis, answers.length));
  }
  return Promise.all(answers);
}
