/** Holds what a package's files import against its package.json: no undeclared package, and no way out but by name. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { importsOf, readSources } from './import-rules.js';

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Which packages of the repository a package's sources may import. Their tests may import all. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  lambda: [],
  backend: ['lambda'],
  'local-stack': ['lambda'],
  operator: ['backend', 'lambda'],
};

/** @returns a sentence for each import that breaks a rule */
export function packageImportProblems(repository: string, name: string): string[] {
  const folder = `packages/${name}`;
  const manifest: Manifest = JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8'));
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  return readSources(repository, [folder]).flatMap((source) => {
    // Benchmarks' peers are packages of their own, installed apart.
    if (/\/peers\//.test(source.path)) return [];
    const isSource = source.path.startsWith(`${folder}/src/`);
    return importsOf(source).flatMap((imported) => {
      const sibling = /^packages\/([^/]+)\//.exec(imported)?.[1];
      if (sibling === name) return [];
      if (sibling !== undefined) {
        if (!declared.has(`@vpc-postgres/${sibling}`))
          return [undeclared(source.path, `@vpc-postgres/${sibling}`, folder)];
        const allowed = BELOW[name];
        return !isSource || allowed === undefined || allowed.includes(sibling)
          ? []
          : [`${source.path} must not import @vpc-postgres/${sibling}: dependencies run one way.`];
      }
      if (/^(\.\.|amplify|src|test)(\/|$)|^local\.config\.ts$/.test(imported)) {
        return [`${source.path} must not import ${imported}: a package never reads the app around it.`];
      }
      const [, packageName = imported] = /^((?:@[^/]+\/)?[^/]+)/.exec(imported) ?? [];
      if (isBuiltin(imported) || declared.has(packageName) || declared.has(typesOf(packageName))) return [];
      return [undeclared(source.path, packageName, folder)];
    });
  });
}

/** Types without code: `import type … from 'aws-lambda'`. */
const typesOf = (packageName: string) => `@types/${packageName.replace(/^@/, '').replace('/', '__')}`;

const undeclared = (path: string, imported: string, folder: string) =>
  `${path} imports ${imported}, which ${folder}/package.json does not declare.`;
