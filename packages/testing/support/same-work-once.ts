/** Spares a synthesis in a test what does not depend on it, and is a quarter of its time. No template has anything of it. */
import { vi } from 'vitest';
import { importPackageFile } from './amplify-packages.js';

interface FingerprintModule {
  readonly FingerprintDiskCache: { readonly prototype: { save(): void } };
}

/** Of esbuild, what checkFunctions() uses. */
interface Bundler {
  buildSync(options: { readonly write?: boolean }): object;
}

/** The CDK keeps the fingerprint of every asset in the home folder, for its next process: those of a test are never asked for again. */
export async function keepNoFingerprints(): Promise<void> {
  const { FingerprintDiskCache } = await importPackageFile<FingerprintModule>(
    'aws-cdk-lib/core/lib/fs/fingerprint-disk-cache.js',
  );
  FingerprintDiskCache.prototype.save = () => {};
}

/** Modules are loaded anew for each synthesis, this one too. */
const shared: typeof globalThis & { looksAtHandlers?: Map<string, object> } = globalThis;

/**
 * checkFunctions() bundles each handler to see whether it uses the database. The handlers of packages/testing/app are the same
 * in every synthesis of a run.
 */
export function reuseLooksAtHandlers(): void {
  shared.looksAtHandlers ??= new Map();
  const looks = shared.looksAtHandlers;
  vi.doMock('esbuild', async (importOriginal) => {
    const esbuild = await importOriginal<Bundler>();
    const buildSync: Bundler['buildSync'] = (options) => {
      if (options.write !== false) return esbuild.buildSync(options);
      const key = JSON.stringify(options);
      const result = looks.get(key) ?? esbuild.buildSync(options);
      looks.set(key, result);
      return result;
    };
    return { ...esbuild, buildSync };
  });
}
