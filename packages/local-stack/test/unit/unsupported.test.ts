import { expect, test } from 'vitest';
import { listUnsupported } from '../../src/unsupported.js';

test('the SQL data source is named with the environments that have it', () => {
  const sqlDataSource = { secretArn: 'arn' };

  expect(listUnsupported({ sandbox: { sqlDataSource }, staging: {}, main: { sqlDataSource } })).toEqual([
    "Not here: the fields of Amplify's SQL data source, which sandbox, main have. See packages/backend/docs/sql-data-source.md.",
  ]);
});

test('without it there is nothing to say', () => {
  expect(listUnsupported({ sandbox: {} })).toEqual([]);
});
