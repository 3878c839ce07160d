import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { PACKAGES, PATHS, SCRIPTS } from '../../src/operations/local-stack-parts.js';
import { readSources, type SourceFile } from '../support/import-rules.js';

/** `npm run remove:local` deletes the local stack in one step: what stays must not need what goes. */
const REPOSITORY = join(import.meta.dirname, '../..');
const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));

const remaining: SourceFile[] = readSources(REPOSITORY, ['amplify', 'src', 'test']).filter(
  ({ path }) => !PATHS.some((removed) => path === removed || path.startsWith(`${removed}/`)),
);

function importsOf({ text }: SourceFile): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

test('every path that goes exists', () => {
  expect(PATHS.length).toBeGreaterThan(5);
  expect(PATHS.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
  expect(SCRIPTS.filter((name) => !(name in scripts))).toEqual([]);
});

test('no file that stays imports a file that goes', () => {
  const names = PATHS.map((path) => path.replace(/^(src|test)\//, '').replace(/\.ts$/, ''));
  const broken = remaining.flatMap((source) =>
    importsOf(source)
      .filter(
        (imported) =>
          imported.startsWith('.') && names.some((name) => new RegExp(`(^|/)${name}(/|\\.js$)`).test(imported)),
      )
      .map((imported) => `${source.path} imports ${imported}`),
  );

  expect(remaining.length).toBeGreaterThan(40);
  expect(broken).toEqual([]);
});

test('no file that stays imports a package that goes, and every package that goes is there', () => {
  const broken = remaining.flatMap((source) =>
    importsOf(source)
      .filter((imported) => PACKAGES.some((name) => imported === name || imported.startsWith(`${name}/`)))
      .map((imported) => `${source.path} imports ${imported}`),
  );

  expect(broken).toEqual([]);
  expect(PACKAGES.filter((name) => !(name in devDependencies))).toEqual([]);
  expect(PACKAGES.filter((name) => name in dependencies)).toEqual([]);
});
