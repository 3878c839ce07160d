import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageImportProblems } from '../../support/package-imports.js';

test('@vpc-postgres/testing imports only what its package.json declares, and nothing of the app around it', () => {
  expect(packageImportProblems(join(import.meta.dirname, '../../../..'), 'testing')).toEqual([]);
});
