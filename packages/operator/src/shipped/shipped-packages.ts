/**
 * Which npm packages have bytes in a bundle, and who of them imports whom: what esbuild put in, not what package.json asks
 * for. Version, hash and licence are those of package-lock.json.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';

export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** In package-lock.json: node_modules/pg. Tells two versions of a package apart. */
  readonly location: string;
  /** Of the tarball, as npm writes it: sha512-… in base 64. */
  readonly integrity: string;
  /** An SPDX identifier or expression. */
  readonly license: string;
  /** npm would run a script of this package when it is installed. */
  readonly hasInstallScript: boolean;
  /** Locations of the shipped packages that its bytes import, sorted. */
  readonly imports: readonly string[];
}

export interface BundledPackages {
  /** Locations of the packages that our own code imports, and of what the bundler adds by itself; sorted. */
  readonly roots: readonly string[];
  /** Sorted by location. */
  readonly packages: readonly ShippedPackage[];
}

/** Installed packages are not those of the lockfile: an SBOM would tell of others than are shipped. */
export class LockfileMismatchError extends Error {
  override readonly name = 'LockfileMismatchError';

  constructor(problems: readonly string[]) {
    super(`${problems.join('\n')}\nInstall what package-lock.json says: npm ci --ignore-scripts`);
  }
}

/**
 * The project's own folder, or the one around it that npm installs from.
 * @throws Error when none has a package-lock.json
 */
export function findLockfileFolder(project: string): string {
  if (existsSync(join(project, 'package-lock.json'))) return project;
  const parent = dirname(project);
  if (parent === project) throw new Error('No package-lock.json was found. Run npm install first.');
  return findLockfileFolder(parent);
}

interface LockEntry {
  version?: string;
  integrity?: string;
  license?: string;
  hasInstallScript?: boolean;
}

const PACKAGE_OF_FILE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * @param project Folder with package-lock.json, which paths of the metafile are relative to.
 * @throws LockfileMismatchError with every package that is not there as locked
 */
export function readBundledPackages(project: string, metafile: Metafile): BundledPackages {
  const files = filesWithBytes(metafile);
  const importedBy = importsByPackage(metafile, files);
  const locations = [...new Set(files.flatMap((file) => packageOf(file) ?? []))].toSorted();
  const lock: Record<string, LockEntry> = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')).packages;

  const found = locations.map((location) => ({ location, locked: findLocked(project, location, lock) }));
  const problems = found.flatMap(({ location, locked }) => mismatchOf(project, location, locked, lock));
  if (problems.length > 0) throw new LockfileMismatchError(problems);
  const lockedAs = new Map(found.map(({ location, locked = location }) => [location, locked]));
  const named = (some: readonly string[]) => some.map((location) => lockedAs.get(location) ?? location).toSorted();
  const fromOurCode = importedBy.get(undefined) ?? new Set();
  const imported = new Set([...importedBy.values()].flatMap((names) => [...names]));
  return {
    roots: named(locations.filter((location) => fromOurCode.has(location) || !imported.has(location))),
    packages: found
      .map(({ location, locked = location }) => {
        const { version = '', integrity = '', license = '', hasInstallScript = false } = lock[locked] ?? {};
        const imports = named([...(importedBy.get(location) ?? [])]);
        return { name: nameAt(location), version, location: locked, integrity, license, hasInstallScript, imports };
      })
      .toSorted((one, other) => (one.location < other.location ? -1 : 1)),
  };
}

const nameAt = (location: string) => location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);

function installedVersion(project: string, location: string): string | undefined {
  const file = join(project, location, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

/**
 * Where package-lock.json has the package. It is not always where the file is: npm installs the dependencies of a workspace
 * in a folder above, and a link leads elsewhere. Then the one of this name and version.
 */
function findLocked(project: string, location: string, lock: Readonly<Record<string, LockEntry>>): string | undefined {
  if (lock[location] !== undefined) return location;
  const version = installedVersion(project, location);
  return Object.keys(lock).find(
    (key) => `/${key}`.endsWith(`/node_modules/${nameAt(location)}`) && lock[key]?.version === version,
  );
}

/** A file whose every byte esbuild could leave out is not shipped. */
function filesWithBytes({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
}

/** By location of the package that imports; undefined for our own code. */
function importsByPackage({ inputs }: Metafile, files: readonly string[]): Map<string | undefined, Set<string>> {
  const shipped = new Set(files);
  const result = new Map<string | undefined, Set<string>>();
  for (const file of files) {
    const from = packageOf(file);
    for (const { path, external } of inputs[file]?.imports ?? []) {
      const to = packageOf(path);
      if (external || to === undefined || to === from || !shipped.has(path)) continue;
      result.set(from, (result.get(from) ?? new Set()).add(to));
    }
  }
  return result;
}

/** The location of a file's package; undefined for our own code. */
function packageOf(file: string): string | undefined {
  return PACKAGE_OF_FILE.exec(file)?.[1];
}

function mismatchOf(
  project: string,
  location: string,
  lockedAs: string | undefined,
  lock: Readonly<Record<string, LockEntry>>,
): string[] {
  const locked = lock[lockedAs ?? ''];
  if (locked?.integrity === undefined) return [`${location} is in a bundle, and package-lock.json has no hash of it.`];
  const installed = installedVersion(project, location);
  if (installed === locked.version) return [];
  return [`${location} is installed as ${installed}, and package-lock.json says ${locked.version}.`];
}
