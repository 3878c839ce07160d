/**
 * Runs a command line of ours: as a process, as npm does, or in this one, where the file is loaded anew with other
 * arguments. The second takes a hundredth of the time, most of which goes into the start of Node.js and tsx; each command
 * is run once or twice as a process, to show that it comes to the same.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

export interface CommandLine {
  /** Path of a file that does its work when it is loaded. */
  readonly file: string;
  readonly args: readonly string[];
  /** @default - of this process */
  readonly cwd?: string;
  /** All of it. @default - of this process */
  readonly env?: NodeJS.ProcessEnv;
}

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TSX = fileURLToPath(import.meta.resolve('tsx'));

export function runAsProcess({ file, args, cwd, env }: CommandLine): CommandResult {
  const command = ['--import', TSX, file, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

export async function runHere({ file, args, cwd, env }: CommandLine): Promise<CommandResult> {
  const before = { argv: process.argv, cwd: process.cwd(), env: process.env, exitCode: process.exitCode };
  const written = listen();
  vi.resetModules();
  try {
    process.argv = [process.execPath, file, ...args];
    process.exitCode = undefined;
    if (cwd !== undefined) process.chdir(cwd);
    if (env !== undefined) process.env = { ...env };
    await import(file);
    return { status: Number(process.exitCode ?? 0), ...written() };
  } finally {
    process.argv = before.argv;
    process.exitCode = before.exitCode;
    process.chdir(before.cwd);
    process.env = before.env;
    vi.restoreAllMocks();
  }
}

/** For the first test of a command. Its others run it here, and as a process in the exhaustive run only. */
export const BOTH_WAYS = [
  ['in this one', runHere],
  ['as a process', runAsProcess],
] as const;

/** @returns what has been written since. */
function listen(): () => Omit<CommandResult, 'status'> {
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += text;
      return true;
    });
  }
  vi.spyOn(console, 'log').mockImplementation((text) => {
    written.stdout += `${text}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((text) => {
    written.stderr += `${text}\n`;
  });
  return () => ({ ...written });
}
