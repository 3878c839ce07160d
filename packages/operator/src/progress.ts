/** Shows on a terminal that a command waits for AWS, and for how many answers. Elsewhere it prints nothing. */
import process from 'node:process';
import { spinner } from '@clack/prompts';

export type OnProgress = (progress: { readonly asked: number; readonly answered: number }) => void;

export async function withProgress<Value>(
  what: string,
  work: (onProgress: OnProgress) => Promise<Value>,
): Promise<Value> {
  // Not on standard output, which can be a file while standard error is a terminal.
  if (process.stderr.isTTY !== true) return work(() => undefined);
  const shown = spinner({ output: process.stderr, withGuide: false });
  shown.start(what);
  try {
    return await work(({ asked, answered }) => shown.message(`${what}: ${answered} of ${asked} answers`));
  } finally {
    shown.clear();
  }
}
