/**
 * Starts a child process that never outlives this one, whatever ends it, SIGKILL included, on Linux and macOS alike: a
 * shell beside it holds the other end of a pipe, which the kernel closes with this process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { ProcessExit } from '../process-exit.js';
import { POSTGRES_ENVIRONMENT } from './data-directory.js';
import type { Command } from './privileges.js';

/**
 * The shell becomes the command, so the process id is the command's own. The watcher is forked twice: PostgreSQL must not
 * find a child that it did not start. A line on the pipe says that all went well; its end without one says that Node is
 * gone. `rmdir` then waits for the socket folder to be empty, which is when PostgreSQL has ended.
 */
const SUPERVISOR = `
( (
  read -r line <&3 && exit
  kill -INT $$
  tries=0
  until rmdir "$0" || [ "$tries" -ge 300 ]; do tries=$((tries + 1)); sleep 0.1; done
) </dev/null >/dev/null 2>&1 & )
exec 3<&-
exec "$@"
`;

export interface SupervisedProcess {
  /** What it writes to standard error. */
  log: Readable;
  /** Settles when it has ended. */
  exited: Promise<ProcessExit>;
  /** Sends a signal, if it still runs. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a command in a process group of its own, so that Ctrl-C reaches this process alone.
 * @param temporaryDirectory a folder that the command empties when it ends; removed with it if this process is killed
 */
export function spawnSupervised(command: Command, temporaryDirectory: string): SupervisedProcess {
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, temporaryDirectory, command.file, ...command.arguments], {
    cwd: '/',
    env: POSTGRES_ENVIRONMENT,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const supervisor = child.stdio[3] as Writable;
  supervisor.on('error', () => {
    // The watcher is gone already, so there is nobody left to tell.
  });
  const exited = exitOf(child).finally(() => supervisor.end('ended\n'));
  // Seen by those who wait for it; a start that fails earlier must not end this process.
  exited.catch(() => {});
  return { log: child.stderr as Readable, exited, kill: (signal) => void child.kill(signal) };
}

function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}
