/** What goes to AWS as code: every function of amplify/functions, and those that work during a deployment, bundled as deployed. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrapBuildOptions } from '@vpc-postgres/backend/database/bootstrap/bundle.js';
import { migrationBuildOptions } from '@vpc-postgres/backend/database/migrations/bundle.js';
import { functionBuildOptions } from '@vpc-postgres/lambda/bundle/function-bundle.js';
import { readMigrationFiles } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { findLockfileFolder } from './shipped-packages.js';

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
 * @param project Folder with amplify/ and src/.
 * @throws the errors of esbuild
 */
export async function buildShippedFunctions(project: string): Promise<ShippedFunction[]> {
  const root = findLockfileFolder(project);
  const options = {
    ...functionsOf(project),
    // The CDK's functions and not Amplify's.
    bootstrap: bootstrapBuildOptions('prepare', project),
    'bootstrap-secrets': bootstrapBuildOptions('read-secrets', project),
    migrations: optionsOfMigrations(project),
  };
  return Promise.all(
    Object.entries(options)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, buildOptions]) => buildShippedFunction(root, name, buildOptions)),
  );
}

/** With the texts of the migrations inside. */
const optionsOfMigrations = (project: string) =>
  migrationBuildOptions(readMigrationFiles(join(project, 'src/migrations')), project);

function functionsOf(project: string): Record<string, BuildOptions> {
  const folder = join(project, 'amplify/functions');
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'handler.ts')));
  return Object.fromEntries(
    names.map((name) => [name, functionBuildOptions(join(folder, name, 'handler.ts'), project)]),
  );
}

async function buildShippedFunction(root: string, name: string, options: BuildOptions): Promise<ShippedFunction> {
  const { outputFiles, metafile } = await build({
    ...options,
    // Names of files in the metafile start where those of package-lock.json do.
    absWorkingDir: root,
    metafile: true,
    write: false,
  });
  const code = outputFiles.find(({ path }) => path.endsWith('index.mjs'))?.contents;
  if (code === undefined) throw new Error(`esbuild made no index.mjs of ${name}.`);
  return { name, code, metafile };
}
