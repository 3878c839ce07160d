/** Many Lambda environments of one function, each a process, and a burst of requests: one to each, all at once. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ENVIRONMENT = join(import.meta.dirname, 'environment.mjs');
/** Processes that load at a time. The burst is of requests: what loading costs is measured by cold-path. */
const LOADING_AT_ONCE = 8;

export interface BurstSample {
  millis: number;
  /** Its type, or PostgreSQL's or Node's code. Absent for a row. */
  error?: string;
}

export interface EnvironmentsOptions {
  count: number;
  bundle: string;
  event: unknown;
  variables: Readonly<Record<string, string>>;
}

/**
 * Waits until every environment has loaded its bundle, and then asks them all.
 * @returns an answer of each, when all of the processes have ended
 */
export async function askEnvironments(options: EnvironmentsOptions): Promise<BurstSample[]> {
  const children: ChildProcess[] = [];
  try {
    const load = async () => {
      while (children.length < options.count) {
        const child = startEnvironment(options);
        children.push(child);
        await messageOf(child);
      }
    };
    await Promise.all(Array.from({ length: LOADING_AT_ONCE }, load));
    const answers = children.map((child) => messageOf(child) as Promise<BurstSample>);
    for (const child of children) child.send('ask');
    return await Promise.all(answers);
  } finally {
    await Promise.all(children.map(end));
  }
}

function startEnvironment({ bundle, event, variables }: EnvironmentsOptions): ChildProcess {
  return fork(ENVIRONMENT, [bundle, JSON.stringify(event)], {
    env: { ...variables },
    execArgv: [],
    // Their logs would be many.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

/** @throws Error when the process ends instead */
function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`An environment ended with code ${code}.`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
