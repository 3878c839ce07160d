import { join } from 'node:path';
import { packageImportProblems } from '@vpc-postgres/testing/support/package-imports.js';
import { expect, test } from 'vitest';

test('@vpc-postgres/benchmarks imports only what its package.json declares, and nothing of the app around it', () => {
  expect(packageImportProblems(join(import.meta.dirname, '../../../..'), 'benchmarks')).toEqual([]);
});
