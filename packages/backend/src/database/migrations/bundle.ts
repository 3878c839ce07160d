/** Bundles the function that migrates, with the texts of the migrations inside: no file lies beside it. */
import { extname, join } from 'node:path';
import type { MigrationFile } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { type BuildOptions, buildSync } from 'esbuild';

/** Where its code is. */
export const MIGRATION_FUNCTION = join(import.meta.dirname, 'function');

/** pg is CommonJS, and asks for Node.js's own modules with `require`. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

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
    absWorkingDir: MIGRATION_FUNCTION,
    // .ts in a clone, .js in a published package.
    entryPoints: [join(MIGRATION_FUNCTION, `handler${extname(import.meta.filename)}`)],
    outfile: join(directory, 'index.mjs'),
    define: { MIGRATION_FILES: JSON.stringify(files) },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    banner: { js: REQUIRE },
    logLevel: 'error',
  };
}
