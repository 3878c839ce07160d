/**
 * Makes what would be published: each package compiled to JavaScript and declarations, with a package.json that points to
 * them. The clone's own points to TypeScript, and keeps most dependencies apart as devDependencies.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import process from 'node:process';
import { PUBLISHED, publishedManifest, readManifest } from './published-manifest.js';

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
  mkdirSync(staged, { recursive: true });
  renameSync(compiled, join(staged, 'dist'));
  for (const file of listFiles(join(source, 'src'))) {
    // What is read at run time: SQL, and the pages with their scripts. jsconfig.json is for editors.
    if (extname(file) === '.ts' || file.endsWith('jsconfig.json')) continue;
    cpSync(join(source, 'src', file), join(staged, 'dist', file));
  }
  for (const name of [...readManifest(source).files, 'README.md', 'LICENSE']) {
    if (name !== 'src') cpSync(join(source, name), join(staged, name), { recursive: true });
  }
  writeFileSync(join(staged, 'package.json'), JSON.stringify(publishedManifest(source), null, 2));
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
