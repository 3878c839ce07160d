/** The child processes of this one, and what they hold open. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface ChildProcess {
  id: number;
  /** First letter of what ps calls STAT: T for one that is frozen, Z for one that its parent has not waited for. */
  state: string;
  /** Empty for a zombie. */
  command: string;
}

const HAS_PROC = existsSync('/proc/self/stat');

export function childProcesses(): ChildProcess[] {
  return HAS_PROC ? childrenByProc() : childrenByPs();
}

/** The runtimes of the local Lambda. */
export function lambdaProcesses(): ChildProcess[] {
  return childProcesses().filter(({ command }) => command.includes('bootstrap.mjs'));
}

/** Files, sockets and pipes of a process; undefined where the system does not tell, or the process is gone. */
export function openFiles(processId: number): number | undefined {
  if (!HAS_PROC) return undefined;
  try {
    return readdirSync(`/proc/${processId}/fd`).length;
  } catch {
    return undefined;
  }
}

function childrenByProc(): ChildProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name of the program, in parentheses, can contain anything.
        const [state = '', parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        if (Number(parent) !== process.pid) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return [{ id: Number(name), state, command }];
      } catch {
        // It has ended while we looked.
        return [];
      }
    });
}

function childrenByPs(): ChildProcess[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, id, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S)\S*\s*(.*)$/.exec(line) ?? [];
      return Number(parent) === process.pid ? [{ id: Number(id), state, command }] : [];
    });
}
