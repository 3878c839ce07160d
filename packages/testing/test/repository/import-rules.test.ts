import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importCircles } from '../../support/import-circles.js';
import { importProblems, readSources } from '../../support/import-rules.js';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const PACKAGES = ['backend', 'lambda', 'local-stack', 'operator'].map((name) => `packages/${name}/src`);
const FOLDERS = ['amplify', 'src', ...PACKAGES];
const EVERYTHING = ['amplify', 'src', 'test', 'packages'];

test('every file of the app and of the packages imports only what its folder can import', () => {
  const sources = readSources(REPOSITORY, FOLDERS);

  expect(sources.length).toBeGreaterThan(20);
  expect(importProblems(sources)).toEqual([]);
});

test.each([
  ['packages/lambda/src/database/pool.ts', "import { Stack } from 'aws-cdk-lib';", 'aws-cdk-lib'],
  [
    'packages/lambda/src/database/pool.ts',
    "import { schema } from '../../../../amplify/data/schema.js';",
    'amplify/data/schema.ts',
  ],
  ['src/orders/orders.ts', "import { defineData } from '@aws-amplify/backend';", '@aws-amplify/backend'],
  [
    'src/orders/orders.ts',
    "const x = await import('@vpc-postgres/local-stack/stack.js');",
    'packages/local-stack/src/stack.ts',
  ],
  ['src/orders/orders.ts', "import '../invoices/invoices.js';", 'src/invoices/invoices.ts'],
  ['packages/lambda/src/graphql/log.ts', "export * from '../../../../src/orders/order.js';", 'src/orders/order.ts'],
  [
    'packages/local-stack/src/stack.ts',
    "import '@vpc-postgres/backend/synth/synth.js';",
    'packages/backend/src/synth/synth.ts',
  ],
  [
    'packages/backend/src/synth/synth.ts',
    "import '@vpc-postgres/local-stack/stack.js';",
    'packages/local-stack/src/stack.ts',
  ],
  ['packages/backend/src/synth/synth.ts', "import '../../../../amplify/backend.js';", 'amplify/backend.ts'],
  ['packages/backend/src/network/x.ts', "import '../../../../amplify/backend.js';", 'amplify/backend.ts'],
  ['packages/backend/src/configuration/x.ts', "import '../network/vpc.js';", 'packages/backend/src/network/vpc.ts'],
  ['packages/backend/src/configuration/x.ts', "import { Stack } from 'aws-cdk-lib';", 'aws-cdk-lib'],
  ['amplify/data/schema.ts', "import { a } from '@aws-amplify/backend';", '@aws-amplify/backend'],
  [
    'amplify/functions/orders-api/handler.ts',
    "import '@vpc-postgres/local-stack/stack.js';",
    'packages/local-stack/src/stack.ts',
  ],
  ['amplify/functions/orders-api/handler.ts', "import { Stack } from 'aws-cdk-lib';", 'aws-cdk-lib'],
])('%s that says %s breaks a rule', (path, text, imported) => {
  expect(importProblems([{ path, text }])).toEqual([`${path} must not import ${imported}.`]);
});

test('reading process.env breaks a rule outside command lines, handlers and backend.ts', () => {
  const text = 'export const host = process.env.DATABASE_HOST;';

  expect(importProblems([{ path: 'packages/lambda/src/database/pool.ts', text }])).toEqual([
    'packages/lambda/src/database/pool.ts must not read process.env: take the value as a parameter.',
  ]);
  expect(importProblems([{ path: 'packages/operator/src/db-token.ts', text }])).toEqual([]);
  expect(
    importProblems([{ path: 'packages/lambda/src/database/pool.ts', text: '/** `process.env` of the Lambda. */' }]),
  ).toEqual([]);
});

test('no file of the app, of the packages and of their tests is part of a circular dependency', () => {
  // What Prisma generates for a benchmark is not ours, and is in no clone.
  const sources = readSources(REPOSITORY, EVERYTHING).filter(({ path }) => !path.includes('/generated/'));

  expect(sources.some(({ path }) => path.startsWith('packages/benchmarks/src/'))).toBe(true);
  expect(sources.some(({ path }) => path.startsWith('packages/lambda/test/'))).toBe(true);
  expect(importCircles(sources)).toEqual([]);
});

test('files of several packages that import each other by name are a circular dependency', () => {
  const sources = [
    { path: 'packages/testing/support/a.ts', text: "import { b } from '@vpc-postgres/backend';" },
    { path: 'packages/backend/src/index.ts', text: "export { c } from './c.js';" },
    { path: 'packages/backend/src/c.ts', text: "import { a } from '@vpc-postgres/testing/support/a.js';" },
  ];

  expect(importCircles(sources)).toEqual([
    'packages/testing/support/a.ts → packages/backend/src/index.ts → packages/backend/src/c.ts → packages/testing/support/a.ts',
  ]);
});

test('types that import each other are a circular dependency', () => {
  const sources = [
    { path: 'packages/local-stack/src/a.ts', text: "import { b } from './b.js';" },
    { path: 'packages/local-stack/src/b.ts', text: "import { c } from './folder/c.js';" },
    { path: 'packages/local-stack/src/folder/c.ts', text: "import type { A } from '../a.js';" },
  ];

  expect(importCircles(sources)).toEqual([
    'packages/local-stack/src/a.ts → packages/local-stack/src/b.ts → packages/local-stack/src/folder/c.ts → packages/local-stack/src/a.ts',
  ]);
});

test('a new folder needs a rule', () => {
  expect(importProblems([{ path: 'amplify/storage/resource.ts', text: '' }])).toEqual([
    'amplify/storage/resource.ts has no import rule: add its folder to packages/testing/support/import-rules.ts.',
  ]);
});
