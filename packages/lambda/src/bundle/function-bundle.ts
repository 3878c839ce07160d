/**
 * Bundles a function exactly as Amplify's defineFunction does, so that the code that runs on the laptop, and that which the
 * SBOM lists, is byte for byte the code that Lambda gets (packages/local-stack/test/infra/local-parity.test.ts compares).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';

/** Lambda's Node.js in amplify/functions. */
export const RUNTIME_MAJOR = 24;

/** What the function's resource.ts has to say of its bundle. */
export interface FunctionBundleSettings {
  /** `runtime`: the major version of Node.js. @default RUNTIME_MAJOR */
  readonly runtimeMajor?: number;
  /** `bundling.minify`. @default true, as Amplify's */
  readonly minify?: boolean;
  /** The keys of `layers`: packages that are left out. @default - none */
  readonly layerPackages?: readonly string[];
}

const require = createRequire(import.meta.url);

/**
 * @param entry Path of the handler's TypeScript file.
 * @param directory Where index.mjs goes, and the bootstrap that runs it.
 * @see https://github.com/aws-amplify/amplify-backend/blob/main/packages/backend-function/src/factory.ts
 */
export function functionBuildOptions(
  entry: string,
  directory: string,
  { runtimeMajor = RUNTIME_MAJOR, minify = true, layerPackages = [] }: FunctionBundleSettings = {},
): BuildOptions {
  const shims = amplifyShims();
  return {
    entryPoints: [entry],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${runtimeMajor}`,
    minify,
    external: [...layerPackages],
    sourcemap: true,
    loader: { '.node': 'file' },
    banner: { js: shims.banner },
    inject: [shims.commonJsShim],
    logLevel: 'silent',
  };
}

/** What Amplify puts in front of every function: `require` for CommonJS packages such as pg, and the secret resolver. */
function amplifyShims(): { banner: string; commonJsShim: string } {
  const fromBackend = createRequire(require.resolve('@aws-amplify/backend'));
  const directory = join(fromBackend.resolve('@aws-amplify/backend-function'), '..', 'lambda-shims');
  const banner = ['resolve_ssm_params.js', 'invoke_ssm_shim.js']
    .map((file) => readFileSync(join(directory, file), 'utf8'))
    .join('')
    .split(/\r\n|\n|\r/)
    .map((line) => line.replace(/\/\/.*$/, ''))
    .join('');
  return { banner, commonJsShim: join(directory, 'cjs_shim.js') };
}
