/** Many Lambda environments of one function, each a process, and a burst of requests: one to each, all at once. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ENVIRONMENT = join(import.meta.dirname, 'environment.mjs');
/** Processes that load at a time. The burst is of requests: what loading costs is measured by cold-path. */
const LOADING_AT_ONCE = 8;

export interface Answer {
  millis: number;
  /** Its type, or PostgreSQL's or Node's code. Absent for a row. */
  error?: string;
}

export interface Environments {
  /** @returns an answer of each */
  askAll(): Promise<Answer[]>;
  stop(): Promise<void>;
}

export interface EnvironmentsOptions {
  count: number;
  bundle: string;
  event: unknown;
  variables: Readonly<Record<string, string>>;
}

/** Returns when every environment has loaded its bundle. */
export async function startEnvironments({
  count,
  bundle,
  event,
  variables,
}: EnvironmentsOptions): Promise<Environments> {
  const children: ChildProcess[] = [];
  const load = async () => {
    while (children.length < count) {
      const child = fork(ENVIRONMENT, [bundle, JSON.stringify(event)], {
        env: { ...variables },
        execArgv: [],
        // Their logs would be many.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.push(child);
      await messageOf(child);
    }
  };
  await Promise.all(Array.from({ length: LOADING_AT_ONCE }, load));

  return {
    async askAll() {
      const answers = children.map((child) => messageOf(child) as Promise<Answer>);
      for (const child of children) child.send('ask');
      return Promise.all(answers);
    },
    async stop() {
      const ended = children.map((child) => once(child, 'exit'));
      for (const child of children) child.disconnect();
      await Promise.all(ended);
    },
  };
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
