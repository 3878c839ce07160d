/**
 * The process of one execution environment: it can be frozen, and it never outlives this one, whatever ends it, SIGKILL
 * included, and frozen or not, on Linux and macOS alike.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { ProcessExit } from '../process-exit.js';

/**
 * The shell becomes the command, so the process id is the command's own. A frozen process cannot notice that we are gone;
 * the watcher can: it waits at the other end of a pipe, which the kernel closes with this process, and then kills the
 * whole group. It is forked twice, because the runtime must not find a child that it did not start.
 */
const SUPERVISOR = `
( (
  read -r line <&3
  kill -s KILL -- "-$$"
) </dev/null >/dev/null 2>&1 & )
exec 3<&-
exec "$@"
`;

export interface RuntimeProcess {
  /** Undefined when it could not be started. */
  readonly id: number | undefined;
  readonly output: readonly Readable[];
  /** Settles when it and whatever it started have ended, and all of its output has been read. */
  readonly exited: Promise<ProcessExit>;
  /** Stops it until thaw(). Its timers and sockets wait, as in Lambda between two invocations. */
  freeze(): void;
  thaw(): void;
  /** Ends it and whatever it started, frozen or not. */
  kill(): void;
}

/** @param command a file and its arguments */
export function spawnRuntimeProcess(
  command: readonly string[],
  options: { directory: string; environment: Readonly<Record<string, string>> },
): RuntimeProcess {
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'lambda-runtime', ...command], {
    cwd: options.directory,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C goes to the starter alone, which then stops everything in order.
    detached: true,
  });
  (child.stdio[3] as Writable).on('error', () => {
    // The watcher was killed with its group.
  });
  let running = child.pid !== undefined;
  child.once('exit', () => {
    // The watcher is still in the group, so that the group's number cannot have passed to somebody else.
    signalGroup(child);
    running = false;
  });
  const exited = new Promise<ProcessExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  // Seen by those who wait for it; a failed spawn must not end this process.
  exited.catch(() => {});
  return {
    id: child.pid,
    output: [child.stdout as Readable, child.stderr as Readable],
    exited,
    // The process alone: the watcher must stay awake.
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill() {
      if (running) signalGroup(child);
    },
  };
}

function signalGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
