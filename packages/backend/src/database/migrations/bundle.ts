/** Bundles the function that migrates, with the texts of the migrations inside: no file lies beside it. */
import { extname, join } from 'node:path';
import type { MigrationFile } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { type BuildOptions, buildSync } from 'esbuild';
import { deploymentBuildOptions } from '../deployment-bundle.js';

/** Where its code is. */
export const MIGRATION_FUNCTION = join(import.meta.dirname, 'function');

/**
 * Writes index.mjs.
 * @throws the errors of esbuild
 */
export function bundleMigrationFunction(files: readonly MigrationFile[], directory: string): void {
  buildSync(migrationBuildOptions(files, directory));
}

/** @param directory Where index.mjs goes. */
export function migrationBuildOptions(files: readonly MigrationFile[], directory: string): BuildOptions {
  return {
    // .ts in a clone, .js in a published package.
    ...deploymentBuildOptions(join(MIGRATION_FUNCTION, `handler${extname(import.meta.filename)}`), directory),
    define: { MIGRATION_FILES: JSON.stringify(files) },
  };
}
