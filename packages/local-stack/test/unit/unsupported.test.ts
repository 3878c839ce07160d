import { defineTestFunction } from '@vpc-postgres/testing/support/function-definition.js';
import { expect, test } from 'vitest';
import { readUserPoolSettings } from '../../src/cognito/settings.js';
import { listUnsupported } from '../../src/unsupported.js';

const userPool = readUserPoolSettings({ loginWith: { email: true } });
const app = { functions: {}, userPool };

test('the SQL data source is named with the environments that have it', () => {
  const sqlDataSource = { secretArn: 'arn' };

  expect(listUnsupported({ sandbox: { sqlDataSource }, staging: {}, main: { sqlDataSource } }, app)).toEqual([
    "Not here: the fields of Amplify's SQL data source, which sandbox, main have. See packages/backend/docs/sql-data-source.md.",
  ]);
});

test('without it there is nothing to say', () => {
  expect(
    listUnsupported({ sandbox: {} }, { functions: { greeter: defineTestFunction('/app', 'greeter') }, userPool }),
  ).toEqual([]);
});

test('a variable whose value only AWS has is named with its function', () => {
  const greeter = defineTestFunction('/app', 'greeter', { unknownVariables: ['API_KEY'] });

  expect(listUnsupported({}, { functions: { greeter }, userPool })).toEqual([
    'Not here: the environment variable API_KEY of the function greeter. Only AWS has its value; it is not set.',
  ]);
});

test('what the user pool does not have is named with the file that asks for it', () => {
  const asked = readUserPoolSettings({ loginWith: { email: true, phone: true }, triggers: { preSignUp: {} } });

  expect(listUnsupported({}, { functions: {}, userPool: asked })).toEqual([
    'Not here: the trigger preSignUp, which amplify/auth/resource.ts asks for.',
    'Not here: sign-in with a phone number, which amplify/auth/resource.ts asks for.',
  ]);
});
