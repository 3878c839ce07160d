/** Bundles the two functions that prepare the server, with the text of bootstrap.sql inside: no file lies beside them. */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { BOOTSTRAP_SQL } from '@vpc-postgres/lambda/database/sql-files.js';
import { type BuildOptions, buildSync } from 'esbuild';
import { deploymentBuildOptions } from '../deployment-bundle.js';

export type BootstrapFunction = 'prepare' | 'read-secrets';

/** Where its code is: a folder for each, because the CDK bundles a folder once and gives it to all who ask. */
export const folderOf = (name: BootstrapFunction) => join(import.meta.dirname, 'functions', name);

/**
 * Writes index.mjs.
 * @throws the errors of esbuild
 */
export function bundleBootstrapFunction(name: BootstrapFunction, directory: string): void {
  buildSync(bootstrapBuildOptions(name, directory));
}

/** @param directory Where index.mjs goes. */
export function bootstrapBuildOptions(name: BootstrapFunction, directory: string): BuildOptions {
  // .ts in a clone, .js in a published package.
  const entry = join(folderOf(name), `handler${extname(import.meta.filename)}`);
  return {
    ...deploymentBuildOptions(entry, directory),
    ...(name === 'prepare' && { define: { BOOTSTRAP_SQL_TEXT: JSON.stringify(readBootstrapSql()) } }),
  };
}

export const readBootstrapSql = () => readFileSync(BOOTSTRAP_SQL, 'utf8');
