/**
 * Keeps what Amplify, esbuild and the CDK print on the way off the screen: it matters only if they fail for a reason of their own.
 * The loudest is esbuild, of a function that Amplify adds to each branch and that gives Amplify Hosting the branch's stack: 1.1 MB
 * with its AWS SDK. The CDK lets esbuild write to the terminal itself, past `process.stderr`.
 */
import childProcess, { type SpawnSyncOptions } from 'node:child_process';
import process from 'node:process';

/** @param said Gets what is printed meanwhile: this process's standard error, and what programs that it waits for inherit of it. */
export async function quietly(said: string[], work: () => Promise<void>): Promise<void> {
  const { write } = process.stderr;
  const { spawnSync } = childProcess;
  process.stderr.write = (chunk: Uint8Array | string) => {
    said.push(textOf(chunk));
    return true;
  };
  childProcess.spawnSync = ((command: string, args?: readonly string[], options?: SpawnSyncOptions) => {
    if (!Array.isArray(options?.stdio)) return spawnSync(command, args, options);
    const stdio = options.stdio.map((stream) => (isScreen(stream) ? 'pipe' : stream));
    const result = spawnSync(command, args, { ...options, stdio, maxBuffer: Number.POSITIVE_INFINITY });
    const hidden = [1, 2].filter((number) => isScreen(options.stdio?.[number]));
    for (const number of hidden) said.push(textOf(result.output[number] ?? ''));
    // As the caller expects of a stream that it has given away.
    return { ...result, ...(hidden.includes(1) && { stdout: null }), ...(hidden.includes(2) && { stderr: null }) };
  }) as typeof spawnSync;
  try {
    await work();
  } finally {
    process.stderr.write = write;
    childProcess.spawnSync = spawnSync;
  }
}

const isScreen = (stream: unknown) => stream === 'inherit' || stream === process.stderr;

const textOf = (chunk: Uint8Array | string) => (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());

/** A headline, and what is indented below it: the file, its line, notes. */
const ESBUILD_ERROR = /^✘ \[ERROR\].*\n(?:(?:[ \t].*)?\n)*/gm;

/**
 * What esbuild rejects in the code, as it prints it. The CDK wraps that into esbuild's whole command line, in which Amplify puts a
 * program of its own.
 * @returns undefined where esbuild rejects nothing.
 */
export function bundlingErrors(said: readonly string[]): string | undefined {
  const errors = said.join('').match(ESBUILD_ERROR) ?? [];
  return errors.length === 0 ? undefined : errors.join('').trim();
}
