import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packageImportProblems } from '../../support/package-imports.js';

let repository: string;
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'package-imports-'));
});
afterEach(() => rmSync(repository, { recursive: true }));

/** A repository with one package, and what is wrong with it. */
function problemsOf(name: string, manifest: object, files: Readonly<Record<string, string>>): string[] {
  for (const [path, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    const file = join(repository, 'packages', name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return packageImportProblems(repository, name);
}

test.each([
  ["import { Pool } from 'pg';", 'pg'],
  ["const { Pool } = await import('pg/lib/index.js');", 'pg'],
  ["const path = createRequire(import.meta.url).resolve('pg');", 'pg'],
  ["const squawk = createRequire(import.meta.url)('pg/package.json');", 'pg'],
  ["const ROUTES = [{ packageName: 'pg', file: 'lib/index.js' }];", 'pg'],
  ["import { Stack } from '@vpc-postgres/lambda/stack.js';", '@vpc-postgres/lambda'],
])('%s needs a declaration in package.json', (text, imported) => {
  expect(problemsOf('backend', {}, { 'src/a.ts': text })).toEqual([
    `packages/backend/src/a.ts imports ${imported}, which packages/backend/package.json does not declare.`,
  ]);
});

test('what is looked up among the packages of the app needs no declaration', () => {
  const text = "const biome = createRequire(join(project, 'package.json')).resolve('@biomejs/biome/bin/biome');";

  expect(problemsOf('operator', {}, { 'src/a.ts': text })).toEqual([]);
});

test('a package that src/ and the app share by one copy is a peer dependency, too', () => {
  const devDependencies = { 'aws-cdk-lib': '2.276.0' };
  const files = { 'src/a.ts': "import { Stack } from 'aws-cdk-lib/core';" };

  expect(problemsOf('backend', { devDependencies }, files)).toEqual([
    'packages/backend/src/a.ts imports aws-cdk-lib, of which an app has one copy: add it to peerDependencies of packages/backend.',
  ]);
  expect(problemsOf('backend', { devDependencies, peerDependencies: { 'aws-cdk-lib': '^2.276.0' } }, files)).toEqual(
    [],
  );
});

test('tests and packages that are not published need no peer dependency', () => {
  const devDependencies = { 'aws-cdk-lib': '2.276.0' };
  const text = "import { Stack } from 'aws-cdk-lib/core';";

  expect(problemsOf('backend', { devDependencies }, { 'src/a.ts': '', 'test/a.test.ts': text })).toEqual([]);
  expect(problemsOf('testing', { private: true, devDependencies }, { 'src/a.ts': text })).toEqual([]);
});

test('a dependency and a peer dependency that only tests import are rejected', () => {
  const manifest = { dependencies: { pg: '8.23.1' }, peerDependencies: { graphql: '^15.11.0' } };
  const files = { 'src/a.ts': '', 'test/a.test.ts': "import 'pg';" };

  expect(problemsOf('lambda', manifest, files)).toEqual([
    'packages/lambda/package.json has pg in dependencies, which src/ does not import: devDependencies.',
    'packages/lambda/package.json has graphql in peerDependencies, which src/ does not import.',
  ]);
});

test('src/ of a package below another one does not import it, and its tests can', () => {
  const devDependencies = { '@vpc-postgres/backend': '0.1.0' };
  const text = "import { x } from '@vpc-postgres/backend/x.js';";

  expect(problemsOf('lambda', { devDependencies }, { 'src/a.ts': text, 'test/a.test.ts': text })).toEqual([
    'packages/lambda/src/a.ts must not import @vpc-postgres/backend: dependencies run one way.',
  ]);
});

test.each([
  ["import '../../../src/orders/orders.js';", 'src/orders/orders.ts', 'import'],
  ["const SCHEMA = join(import.meta.dirname, '../../../amplify/data/schema.ts');", 'amplify/data/schema.ts', 'use'],
  ["const SCHEMA = new URL('../../../amplify/data/schema.ts', import.meta.url);", 'amplify/data/schema.ts', 'use'],
  [
    "const HERE = dirname(fileURLToPath(import.meta.url));\nread(resolve(HERE, '../../..', 'local.config.ts'));",
    'local.config.ts',
    'use',
  ],
  [
    "const ROOT = join(import.meta.dirname, '../../..');\nconst read = (name) => join(ROOT, 'src', name);",
    'src/*',
    'use',
  ],
  [
    "const ROOT = join(import.meta.dirname, '../../..');\nread(`$" + '{ROOT}/test/$' + '{name}.ts`);',
    'test/*.ts',
    'use',
  ],
])('%s leads into the app around the package', (text, path, verb) => {
  const problem = `packages/backend/test/a.test.ts must not ${verb} ${path}: a package never reads the app around it.`;

  expect(problemsOf('backend', {}, { 'test/a.test.ts': text })).toEqual([problem]);
});

test.each([
  "const APP = join(import.meta.dirname, '../../testing/app/src');",
  "const ROOT = join(import.meta.dirname, '../../..');\nread(join(ROOT, 'package-lock.json'));",
  "const project = await mkdtemp('x');\nread(join(project, 'src/orders.ts'));",
])('%s stays out of the app', (text) => {
  expect(problemsOf('backend', {}, { 'test/a.test.ts': text })).toEqual([]);
});
