/** Derives the package.json of a published package from that of the clone, which keeps most dependencies as devDependencies. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesUsedIn } from '../support/package-imports.js';

/** In the order in which they depend on each other. */
export const PUBLISHED = ['lambda', 'backend', 'local-stack', 'operator'] as const;

export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * What src/ and bin/ import becomes a dependency, unless it is a peer dependency.
 * @param folder of the package in the clone
 * @throws Error for a package that is imported and not declared
 */
export function publishedManifest(folder: string): Manifest {
  const { devDependencies = {}, scripts: _, private: __, ...rest } = readManifest(folder);
  const declared = { ...devDependencies, ...rest.dependencies };
  const names = packagesUsedIn(['src', 'bin'].map((name) => join(folder, name)).filter((path) => existsSync(path)));
  // The types of an imported package are part of the declarations.
  for (const types of [...names].map((name) => `@types/${name}`)) if (Object.hasOwn(declared, types)) names.add(types);
  for (const peer of Object.keys(rest.peerDependencies ?? {})) names.delete(peer);
  return {
    ...rest,
    exports: Object.fromEntries(Object.entries(rest.exports).map(([name, path]) => [name, compiledPaths(path)])),
    files: ['dist', ...rest.files.filter((name) => name !== 'src')],
    dependencies: Object.fromEntries(
      [...names].toSorted().map((name) => {
        const version = declared[name];
        if (version === undefined) throw new Error(`${rest.name} imports ${name}, and does not declare it.`);
        return [name, version];
      }),
    ),
  } as Manifest;
}

function compiledPaths(path: string): string | { types: string; default: string } {
  const [, module] = /^\.\/src\/(.+)\.ts$/.exec(path) ?? [];
  return module === undefined ? path : { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` };
}
