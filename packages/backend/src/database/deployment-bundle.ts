/** Bundles the functions of a deployment's own steps. Imports nothing of the CDK: the SBOM is made with it too. */
import { dirname, join } from 'node:path';
import type { BuildOptions } from 'esbuild';

/** pg is CommonJS, and asks for Node.js's own modules with `require`. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** @param entry The file with the handler. @param directory Where index.mjs goes. */
export function deploymentBuildOptions(entry: string, directory: string): BuildOptions {
  return {
    absWorkingDir: dirname(entry),
    entryPoints: [entry],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    banner: { js: REQUIRE },
    logLevel: 'error',
  };
}
