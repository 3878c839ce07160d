import { defineTestFunction } from '@vpc-postgres/testing/support/function-definition.js';
import { expect, test } from 'vitest';
import { listUnsupported } from '../../src/unsupported.js';

test('the SQL data source is named with the environments that have it', () => {
  const sqlDataSource = { secretArn: 'arn' };

  expect(listUnsupported({ sandbox: { sqlDataSource }, staging: {}, main: { sqlDataSource } }, {})).toEqual([
    "Not here: the fields of Amplify's SQL data source, which sandbox, main have. See packages/backend/docs/sql-data-source.md.",
  ]);
});

test('without it there is nothing to say', () => {
  expect(listUnsupported({ sandbox: {} }, { greeter: defineTestFunction('/app', 'greeter') })).toEqual([]);
});

test('a variable whose value only AWS has is named with its function', () => {
  const greeter = defineTestFunction('/app', 'greeter', { unknownVariables: ['API_KEY'] });

  expect(listUnsupported({}, { greeter })).toEqual([
    'Not here: the environment variable API_KEY of the function greeter. Only AWS has its value; it is not set.',
  ]);
});
