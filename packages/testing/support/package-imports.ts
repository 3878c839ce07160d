/** Compares what a package's files import with its package.json, and rejects each way out of the package but by name. */
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { filesBelow } from './files-below.js';
import { importedNames, importsOf, readSources, type SourceFile } from './import-rules.js';
import { pathsIntoTheApp } from './paths-into-the-app.js';

interface Manifest {
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Which packages of the repository a package's sources can import. Their tests can import all. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  lambda: [],
  backend: ['lambda'],
  'local-stack': ['lambda'],
  operator: ['backend', 'lambda'],
};

/** An app and a package that share objects of these must share the copy: a second one fails `instanceof`. */
const ONE_COPY = new Set(['@aws-amplify/backend', 'aws-cdk-lib', 'constructs', 'graphql']);

/** Found by way of Amplify's own packages, which bring them. */
const BROUGHT_BY_AMPLIFY = new Set(['@aws-amplify/backend-function', '@aws-amplify/graphql-schema-generator']);

/** A path that require(), its resolve() or import.meta.resolve() is asked for, and the list of GraphiQL's packages. */
const RESOLVED = /(?:\.resolve|\brequire|\(import\.meta\.url\))\('([^'.][^']*)'|\bpackageName: '([^']+)', file/g;

/** Found where the app has it installed, if it has it: createRequire() of a file that is not this one. */
const RESOLVED_ELSEWHERE = /createRequire\((?!import\.meta\.url\))[^;]*?\)\.resolve\('[^']*'\)/g;

/** @returns a sentence for each import, path or declaration that breaks a rule */
export function packageImportProblems(repository: string, name: string): string[] {
  const folder = `packages/${name}`;
  const manifest: Manifest = JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8'));
  // Benchmarks' peers are packages of their own, installed apart.
  const sources = readSources(repository, [folder]).filter(({ path }) => !path.includes('/peers/'));
  return [
    ...sources.flatMap((source) => importProblemsOf(source, name, manifest)),
    ...sources
      .filter(isOfPackage)
      .flatMap((source) =>
        pathsIntoTheApp(source).map(
          (path) => `${source.path} must not use ${path}: a package never reads the app around it.`,
        ),
      ),
    ...needlessDeclarations(join(repository, folder), manifest).map((problem) => `${folder}/package.json ${problem}`),
  ];
}

/** The tests of this repository's documents, scripts and import rules read all of it. */
const isOfPackage = ({ path }: SourceFile) => !path.startsWith('packages/testing/test/repository/');

export function importProblemsOf(source: SourceFile, name: string, manifest: Manifest): string[] {
  const folder = `packages/${name}`;
  const { dependencies, peerDependencies = {}, devDependencies } = manifest;
  // In the clone a peer dependency alone installs nothing that tests can rely on: it is a devDependency, too.
  const declared = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  const isPublished = manifest.private !== true && /^packages\/[^/]+\/(src|bin)\//.test(source.path);
  return [...new Set(importsOf(source)), ...resolvedIn(source.text)].flatMap((imported) => {
    const sibling = /^packages\/([^/]+)\//.exec(imported)?.[1];
    if (sibling === name) return [];
    if (sibling !== undefined) {
      const siblingName = `@vpc-postgres/${sibling}`;
      if (!declared.has(siblingName)) return [undeclared(source.path, siblingName, folder)];
      const allowed = BELOW[name];
      return !isPublished || allowed === undefined || allowed.includes(sibling)
        ? []
        : [`${source.path} must not import ${siblingName}: dependencies run one way.`];
    }
    if (/^(\.\.|amplify|src|test)(\/|$)|^local\.config\.ts$/.test(imported)) {
      return [`${source.path} must not import ${imported}: a package never reads the app around it.`];
    }
    if (isBuiltin(imported)) return [];
    const packageName = packageOf(imported);
    if (BROUGHT_BY_AMPLIFY.has(packageName)) return [];
    if (!declared.has(packageName) && !declared.has(typesOf(packageName))) {
      return [undeclared(source.path, packageName, folder)];
    }
    return isPublished && ONE_COPY.has(packageName) && !Object.hasOwn(peerDependencies, packageName)
      ? [
          `${source.path} imports ${packageName}, of which an app has one copy: add it to peerDependencies of ${folder}.`,
        ]
      : [];
  });
}

/** What the package would bring into each app that installs it, and does not run. */
function needlessDeclarations(folder: string, { dependencies = {}, peerDependencies = {} }: Manifest): string[] {
  const used = packagesUsedIn(['src', 'bin'].map((name) => join(folder, name)).filter((path) => existsSync(path)));
  const unused = (names: object) => Object.keys(names).filter((name) => !used.has(name));
  return [
    ...unused(dependencies).map((name) => `has ${name} in dependencies, which src/ does not import: devDependencies.`),
    ...unused(peerDependencies).map((name) => `has ${name} in peerDependencies, which src/ does not import.`),
  ];
}

/** The packages of the registry and of this repository that the files below these folders load, by name. */
export function packagesUsedIn(folders: readonly string[]): Set<string> {
  const texts = folders.flatMap((folder) =>
    filesBelow(folder)
      .filter((file) => /\.m?ts$|\.m?js$/.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8')),
  );
  return new Set(texts.flatMap(packagesNamedIn));
}

function packagesNamedIn(text: string): string[] {
  return [...importedNames(text), ...resolvedIn(text)]
    .filter((name) => /^@?[a-z]/.test(name) && !isBuiltin(name))
    .map(packageOf)
    .filter((name) => !BROUGHT_BY_AMPLIFY.has(name));
}

function resolvedIn(text: string): string[] {
  return [...text.replace(RESOLVED_ELSEWHERE, '').matchAll(RESOLVED)].map(
    ([, path, packageName]) => path ?? packageName ?? '',
  );
}

function packageOf(imported: string): string {
  return /^((?:@[^/]+\/)?[^/]+)/.exec(imported)?.[1] ?? imported;
}

/** Types without code: `import type … from 'aws-lambda'`. */
const typesOf = (packageName: string) => `@types/${packageName.replace(/^@/, '').replace('/', '__')}`;

const undeclared = (path: string, imported: string, folder: string) =>
  `${path} imports ${imported}, which ${folder}/package.json does not declare.`;
