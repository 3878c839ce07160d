import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importCircles } from '../support/import-circles.js';
import { importProblems, readSources } from '../support/import-rules.js';

const REPOSITORY = join(import.meta.dirname, '../..');

test('every file of amplify/ and src/ imports only what its folder may', () => {
  const sources = readSources(REPOSITORY, ['amplify', 'src']);

  expect(sources.length).toBeGreaterThan(20);
  expect(importProblems(sources)).toEqual([]);
});

test.each([
  ['src/database/pool.ts', "import { Stack } from 'aws-cdk-lib';", 'aws-cdk-lib'],
  ['src/database/pool.ts', "import { schema } from '../../amplify/data/schema.js';", 'amplify/data/schema.ts'],
  ['src/orders/orders.ts', "import { defineData } from '@aws-amplify/backend';", '@aws-amplify/backend'],
  ['src/orders/orders.ts', "const x = await import('../local/stack.js');", 'src/local/stack.ts'],
  ['src/orders/orders.ts', "import '../invoices/invoices.js';", 'src/invoices/invoices.ts'],
  ['src/graphql/log.ts', "export * from '../orders/order.js';", 'src/orders/order.ts'],
  ['src/local/stack.ts', "import '../operations/synth.js';", 'src/operations/synth.ts'],
  ['src/operations/synth.ts', "import '../local/stack.js';", 'src/local/stack.ts'],
  ['src/operations/synth.ts', "import '../../amplify/backend.js';", 'amplify/backend.ts'],
  ['amplify/network/x.ts', "import '../backend.js';", 'amplify/backend.ts'],
  ['amplify/configuration/x.ts', "import '../network/vpc.js';", 'amplify/network/vpc.ts'],
  ['amplify/configuration/x.ts', "import { Stack } from 'aws-cdk-lib';", 'aws-cdk-lib'],
  ['amplify/data/schema.ts', "import { a } from '@aws-amplify/backend';", '@aws-amplify/backend'],
  ['amplify/functions/orders-api/handler.ts', "import '../../../src/local/stack.js';", 'src/local/stack.ts'],
  ['amplify/functions/orders-api/handler.ts', "import { Stack } from 'aws-cdk-lib';", 'aws-cdk-lib'],
])('%s that says %s breaks a rule', (path, text, imported) => {
  expect(importProblems([{ path, text }])).toEqual([`${path} must not import ${imported}.`]);
});

test('reading process.env breaks a rule outside command lines, handlers and backend.ts', () => {
  const text = 'export const host = process.env.DATABASE_HOST;';

  expect(importProblems([{ path: 'src/database/pool.ts', text }])).toEqual([
    'src/database/pool.ts must not read process.env: take the value as a parameter.',
  ]);
  expect(importProblems([{ path: 'src/operations/db-token.ts', text }])).toEqual([]);
  expect(importProblems([{ path: 'src/database/pool.ts', text: '/** `process.env` of the Lambda. */' }])).toEqual([]);
});

test('no file of amplify/ and src/ imports itself by way of others', () => {
  expect(importCircles(readSources(REPOSITORY, ['amplify', 'src']))).toEqual([]);
});

test('a circle of types alone is one too', () => {
  const sources = [
    { path: 'src/local/a.ts', text: "import { b } from './b.js';" },
    { path: 'src/local/b.ts', text: "import { c } from './folder/c.js';" },
    { path: 'src/local/folder/c.ts', text: "import type { A } from '../a.js';" },
  ];

  expect(importCircles(sources)).toEqual(['src/local/a.ts → src/local/b.ts → src/local/folder/c.ts → src/local/a.ts']);
});

test('a new folder needs a rule', () => {
  expect(importProblems([{ path: 'amplify/storage/resource.ts', text: '' }])).toEqual([
    'amplify/storage/resource.ts has no import rule: add its folder to test/support/import-rules.ts.',
  ]);
});
