/** What goes to AWS as code that runs in the VPC: every function of amplify/functions, bundled as it is deployed. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { MIGRATION_FUNCTION, migrationBuildOptions } from '../../../amplify/database/migrations/bundle.js';
import { readMigrationFiles } from '../../database/migrate/read-folder.js';
import { functionBuildOptions } from '../function-bundle.js';

export interface ShippedFunction {
  /** Of its folder: orders-api. */
  readonly name: string;
  /** index.mjs, as Lambda gets it. */
  readonly code: Uint8Array;
  /** What esbuild says of the code: whose bytes are in it, and who imports whom. */
  readonly metafile: Metafile;
}

/**
 * Builds them all, in the order of their names, and writes nothing.
 * @param project Root of the repository.
 * @throws the errors of esbuild
 */
export async function buildShippedFunctions(project: string): Promise<ShippedFunction[]> {
  return Promise.all(handlersOf(project).map((handler) => buildShippedFunction(project, handler)));
}

function handlersOf(project: string): string[] {
  const folder = join(project, 'amplify/functions');
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name, 'handler.ts'))
    .filter((handler) => existsSync(handler));
}

async function buildShippedFunction(project: string, handler: string): Promise<ShippedFunction> {
  const { outputFiles, metafile } = await build({
    ...buildOptionsOf(project, handler),
    absWorkingDir: project,
    metafile: true,
    write: false,
  });
  const code = outputFiles.find(({ path }) => path.endsWith('index.mjs'))?.contents;
  if (code === undefined) throw new Error(`esbuild made no index.mjs of ${handler}.`);
  return { name: basename(dirname(handler)), code, metafile };
}

/** The function that migrates is the CDK's, with the texts of the migrations inside; the others are Amplify's. */
function buildOptionsOf(project: string, handler: string): BuildOptions {
  return dirname(handler) === MIGRATION_FUNCTION
    ? migrationBuildOptions(readMigrationFiles(join(project, 'src/database/migrations')), project)
    : functionBuildOptions(handler, project);
}
