/** What esbuild makes for the local Lambda beside the function itself: the program that runs it. */
import { extname, join } from 'node:path';
import type { BuildOptions } from 'esbuild';

/** The program that stands in for Lambda's runtime: it fetches events and calls the handler. */
export function bootstrapBuildOptions(directory: string): BuildOptions {
  return {
    // .ts in a clone, .js in a published package.
    entryPoints: [join(import.meta.dirname, `bootstrap${extname(import.meta.filename)}`)],
    outfile: join(directory, 'bootstrap.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  };
}
