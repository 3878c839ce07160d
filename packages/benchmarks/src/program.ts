/** A program of its own that goes on until it is stopped: what a benchmark measures from the outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';

export interface Program {
  /** The first match in what it has printed, once there is one. @throws Error with its output when it ends before */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** As Ctrl-C does; returns when it has ended. */
  stop(): Promise<void>;
}

/** Runs in the folder of the app, as npm start does. @param args of Node.js. TypeScript is loaded by tsx, for ours and for baselines alike. */
export function startProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: localApp.projectDirectory,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let hasEnded = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      child.emit('output');
    });
  }
  const ended = once(child, 'close').then(() => {
    hasEnded = true;
    child.emit('output');
  });

  return {
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (hasEnded) throw new Error(`${args.join(' ')} ended without printing ${pattern}:\n${output}`);
        await once(child, 'output');
      }
    },

    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}
