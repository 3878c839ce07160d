/** What esbuild makes for the local Lambda: the function as Amplify deploys it, and the program that runs it. */
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';

export { functionBuildOptions } from '../../operations/function-bundle.js';

/** The program that stands in for Lambda's runtime: it fetches events and calls the handler. */
export function bootstrapBuildOptions(directory: string): BuildOptions {
  return {
    entryPoints: [join(import.meta.dirname, 'bootstrap.ts')],
    outfile: join(directory, 'bootstrap.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  };
}
