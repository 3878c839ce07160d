/** The handlers that are measured: ours and the baselines', each bundled as Amplify bundles a function. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { functionBuildOptions } from '@vpc-postgres/lambda/bundle/function-bundle.js';
import { build } from 'esbuild';

const PROJECT = join(import.meta.dirname, '../../../..');

/** Of the project. */
export const OUR_HANDLER = 'packages/testing/app/amplify/functions/orders-api/handler.ts';

export interface BundledHandler {
  path: string;
  kilobytes: number;
}

/** @param entries By the name that the caller gives them: paths from the project's root. */
export async function bundleHandlers<Name extends string>(
  entries: Readonly<Record<Name, string>>,
  directory: string,
): Promise<Record<Name, BundledHandler>> {
  const bundled: Partial<Record<Name, BundledHandler>> = {};
  for (const [index, [name, entry]] of (Object.entries(entries) as [Name, string][]).entries()) {
    const folder = join(directory, String(index));
    await mkdir(folder);
    await build({ ...functionBuildOptions(join(PROJECT, entry), folder), absWorkingDir: PROJECT });
    const path = join(folder, 'index.mjs');
    bundled[name] = { path, kilobytes: (await stat(path)).size / 1000 };
  }
  return bundled as Record<Name, BundledHandler>;
}
