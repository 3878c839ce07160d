/**
 * Makes what would be published: each package compiled to JavaScript and declarations, with a package.json that points to
 * them. The clone's own points to TypeScript, and keeps most dependencies apart as devDependencies.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { extname, join } from 'node:path';
import process from 'node:process';

/** In the order in which they depend on each other. */
export const PUBLISHED = ['lambda', 'backend', 'local-stack', 'operator'] as const;

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/**
 * @param repository Folder with packages/ and node_modules/.
 * @param directory An empty folder; the tarballs are written there, beside what they were made from.
 * @returns the tarball of each package
 */
export function packPackages(repository: string, directory: string): string[] {
  compile(repository, directory);
  return PUBLISHED.map((name) => {
    const staged = join(directory, 'staged', name);
    stage(join(repository, 'packages', name), join(directory, 'compiled', name, 'src'), staged);
    const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
      cwd: staged,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    return join(directory, filename);
  });
}

/** One compilation for all: their imports of each other lead to sources, which must be below the root folder. */
function compile(repository: string, directory: string): void {
  const configuration = join(directory, 'tsconfig.json');
  const packages = join(repository, 'packages');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    rootDir: packages,
    outDir: join(directory, 'compiled'),
    typeRoots: [join(repository, 'node_modules/@types')],
  };
  writeFileSync(
    configuration,
    JSON.stringify({
      extends: join(repository, 'tsconfig.json'),
      compilerOptions,
      include: PUBLISHED.map((name) => join(packages, name, 'src')),
      exclude: [],
    }),
  );
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  // tsc writes what is wrong to its output, which is not ours.
  execFileSync(process.execPath, [compiler, '-p', configuration], { cwd: repository, stdio: ['ignore', 2, 2] });
}

function stage(source: string, compiled: string, staged: string): void {
  const manifest: Manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  mkdirSync(staged, { recursive: true });
  renameSync(compiled, join(staged, 'dist'));
  for (const file of listFiles(join(source, 'src'))) {
    // What is read at run time: SQL, and the pages with their scripts. jsconfig.json is for editors.
    if (extname(file) === '.ts' || file.endsWith('jsconfig.json')) continue;
    cpSync(join(source, 'src', file), join(staged, 'dist', file));
  }
  for (const name of [...manifest.files, 'README.md', 'LICENSE']) {
    if (name !== 'src') cpSync(join(source, name), join(staged, name), { recursive: true });
  }
  writeFileSync(join(staged, 'package.json'), JSON.stringify(publishedManifest(manifest, source), null, 2));
}

function publishedManifest(manifest: Manifest, source: string): Record<string, unknown> {
  const { devDependencies, scripts, private: _, ...rest } = manifest;
  return {
    ...rest,
    exports: Object.fromEntries(Object.entries(manifest.exports).map(([name, path]) => [name, compiledPaths(path)])),
    files: ['dist', ...manifest.files.filter((name) => name !== 'src')],
    dependencies: importedPackages(manifest, source),
  };
}

function compiledPaths(path: string): string | { types: string; default: string } {
  const [, module] = /^\.\/src\/(.+)\.ts$/.exec(path) ?? [];
  return module === undefined ? path : { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` };
}

/** By an import, by a path that require() or its resolve() is asked for, or in the list of GraphiQL's packages. */
const IMPORTED =
  /(?:\bfrom |\bimport |\bimport\(|(?:\.resolve|\brequire)\(|\(import\.meta\.url\)\(|\bpackageName: )'((?:@[a-z][^/']*\/)?[a-z][^/']*)/g;
/** Found by way of Amplify's own packages, which bring them. */
const BROUGHT_BY_AMPLIFY = new Set(['@aws-amplify/backend-function', '@aws-amplify/graphql-schema-generator']);

/** @throws Error for a package that is imported and not declared */
function importedPackages(manifest: Manifest, source: string): Record<string, string> {
  const declared = { ...manifest.devDependencies, ...manifest.dependencies };
  const folders = ['src', 'bin'].map((name) => join(source, name)).filter((folder) => existsSync(folder));
  const files = folders.flatMap((folder) => listFiles(folder).map((file) => join(folder, file)));
  const texts = files.filter((file) => /\.m?ts$|\.mjs$/.test(file)).map((file) => readFileSync(file, 'utf8'));
  const imported = texts.flatMap((text) => [...text.matchAll(IMPORTED)].map(([, name = '']) => name));
  const names = new Set(imported.filter((name) => !isBuiltin(name) && !BROUGHT_BY_AMPLIFY.has(name)));
  // Its declarations are part of ours.
  for (const types of [...names].map((name) => `@types/${name}`)) if (Object.hasOwn(declared, types)) names.add(types);
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const version = declared[name];
      if (version === undefined) throw new Error(`${manifest.name} imports ${name}, and does not declare it.`);
      return [name, version];
    }),
  );
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
