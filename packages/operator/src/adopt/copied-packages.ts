/** The packages that an app gets: what they publish, as npm workspaces, because they are not in a registry yet. */
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.js';

/** In the order in which they depend on each other. */
export const PACKAGES = ['lambda', 'backend', 'local-stack', 'operator'] as const;

export interface CopiedPackage {
  readonly name: string;
  readonly version: string;
  /** Relative to the package, without package.json. */
  readonly files: readonly string[];
  /** The text of its package.json. */
  readonly manifest: string;
}

interface Manifest {
  readonly version: string;
  readonly files: readonly string[];
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * @param starter the root of a clone of the starter
 * @throws CommandError where the packages have been installed, and not cloned
 */
export function readPackages(starter: string): CopiedPackage[] {
  const missing = PACKAGES.filter((name) => !existsSync(join(starter, 'packages', name, 'src')));
  if (missing.length > 0) {
    throw new CommandError(
      `${starter} is no clone of the starter: it has no packages/${missing.join(', packages/')}. Run adopt in a clone.`,
    );
  }
  return PACKAGES.map((name) => readPackage(join(starter, 'packages', name)));
}

function readPackage(folder: string): CopiedPackage {
  const { scripts: _, ...manifest } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { version, files, peerDependencies = {}, devDependencies = {} }: Manifest = manifest;
  const copied = [...files, 'README.md', 'LICENSE'].flatMap((name) => listFiles(folder, name));
  const used = usedPackages(
    copied.filter((path) => /^(src|bin)\//.test(path)).map((path) => readFileSync(join(folder, path), 'utf8')),
    Object.keys(devDependencies),
  );
  // An app and a package share one copy of a peer dependency: the app's own.
  const kept = Object.entries(devDependencies).filter(
    ([name]) => used.has(name) && !Object.hasOwn(peerDependencies, name),
  );
  const text = JSON.stringify({ ...manifest, devDependencies: Object.fromEntries(kept) }, null, 2);
  return { name: manifest.name, version, files: copied, manifest: `${text}\n` };
}

/** Those that the code imports or resolves, and their types. What only tests use is left out with the tests. */
function usedPackages(texts: readonly string[], declared: readonly string[]): Set<string> {
  const isNamed = (name: string) => {
    const use = new RegExp(`(?:from |import |\\(|packageName: )['"\`]${name}(/[^'"\`\n]*)?['"\`]`);
    return texts.some((text) => use.test(text));
  };
  const used = new Set(declared.filter(isNamed));
  for (const name of declared) if (used.has(name.replace(/^@types\//, ''))) used.add(name);
  return used;
}

function listFiles(folder: string, name: string): string[] {
  if (!statSync(join(folder, name)).isDirectory()) return [name];
  return readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .toSorted();
}

/** @param project the folder of the app, which has no such packages yet */
export function copyPackages(starter: string, project: string, packages: readonly CopiedPackage[]): void {
  for (const [index, { files, manifest }] of packages.entries()) {
    const path = `packages/${PACKAGES[index]}`;
    for (const file of files) cpSync(join(starter, path, file), join(project, path, file));
    writeFileSync(join(project, path, 'package.json'), manifest);
  }
}
