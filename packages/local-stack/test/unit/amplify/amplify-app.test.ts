import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAmplifyApp } from '../../../src/amplify/amplify-app.js';

const SCHEMA = `import { a } from '@aws-amplify/data-schema';
const field = (name: string) =>
  a.query().returns(a.string()).authorization((allow) => [allow.authenticated()]).handler(a.handler.function(name));
export const schema = a.schema({ order: field('orders-api'), greeting: field('greeter') });`;
const AUTH = `import { defineAuth } from '@aws-amplify/backend';
export const auth = defineAuth({ loginWith: { email: true }, groups: ['admins', 'sales'] });`;
/** With what a resource.ts may do with Amplify and the CDK, neither of which is loaded. */
const RESOURCE = `import { defineFunction, secret } from '@aws-amplify/backend';
import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { join } from 'node:path';
class Layer extends lambda.LayerVersion {}
new Layer(Duration.seconds(3));
export const ordersApi = defineFunction({
  name: join('orders', 'api'),
  entry: './orders.ts',
  runtime: 24,
  timeoutSeconds: 15,
  memoryMB: 1024,
  environment: { LEVEL: 'info', KEY: secret('KEY') },
  bundling: { minify: false },
  layers: { sharp: 'arn:aws:lambda:eu-west-1:123456789012:layer:sharp:1' },
});`;
const GREETER = `import { defineFunction } from '@aws-amplify/backend';
export const greeter = defineFunction();`;
const LIST = `import type { FunctionList } from '@vpc-postgres/backend';
import { greeter } from './greeter/resource.js';
import { ordersApi } from './orders-api/resource.js';
export const functions = {
  'orders-api': { resource: ordersApi, database: true },
  greeter: { resource: greeter, database: false },
} satisfies FunctionList;`;

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'amplify-app-'));
  await symlink(join(import.meta.dirname, '../../../../../node_modules'), join(project, 'node_modules'));
  await write('data/schema.ts', SCHEMA);
  await write('auth/resource.ts', AUTH);
  await write('functions/functions.ts', LIST);
  await write('functions/orders-api/resource.ts', RESOURCE);
  await write('functions/greeter/resource.ts', GREETER);
});
afterEach(() => rm(project, { recursive: true }));

async function write(file: string, code: string): Promise<void> {
  const path = join(project, 'amplify', file);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, code);
}

const functionsOf = async () => (await readAmplifyApp(project)).functions;

test('the groups of a user pool that exists are not known', async () => {
  await write(
    'auth/resource.ts',
    "import { referenceAuth } from '@aws-amplify/backend';\nexport const auth = referenceAuth({ userPoolId: 'eu-west-1_a' });",
  );

  expect((await readAmplifyApp(project)).groups).toBeUndefined();
});

test('the schema, the groups and each function are what the files of amplify/ define', async () => {
  const app = await readAmplifyApp(project);

  expect(app.sdl).toContain('greeting: String @function(name: "greeter")');
  expect(app.groups).toEqual(['admins', 'sales']);
  expect(app.functions['orders-api']).toEqual({
    name: 'orders/api',
    database: true,
    entry: join(project, 'amplify/functions/orders-api/orders.ts'),
    timeoutSeconds: 15,
    memoryMB: 1024,
    environment: { LEVEL: 'info' },
    unknownVariables: ['KEY'],
    runtimeMajor: 24,
    minify: false,
    layerPackages: ['sharp'],
  });
});

test('a function of which nothing is said has the defaults of Amplify', async () => {
  expect((await functionsOf()).greeter).toEqual({
    name: 'greeter',
    database: false,
    entry: join(project, 'amplify/functions/greeter/handler.ts'),
    timeoutSeconds: 3,
    memoryMB: 512,
    environment: {},
    unknownVariables: [],
    runtimeMajor: 22,
    minify: true,
    layerPackages: [],
  });
});

test('a value of another package is the real one', async () => {
  await write(
    'functions/greeter/resource.ts',
    `import { defineFunction } from '@aws-amplify/backend';
import { GraphQLInt } from 'graphql';
import { DATABASE_ENVIRONMENT } from '@vpc-postgres/lambda/database/environment-names.js';
export const greeter = defineFunction({ environment: { TYPE: GraphQLInt.name, HOST: DATABASE_ENVIRONMENT.host } });`,
  );

  expect((await functionsOf()).greeter?.environment).toEqual({ TYPE: 'Int', HOST: 'DATABASE_HOST' });
});

describe('is refused with file, reason and fix', () => {
  test.each([
    ['a list that is missing', 'functions/functions.ts', undefined, /Could not resolve.*functions\.ts/],
    [
      'a list that names a missing folder',
      'functions/functions.ts',
      LIST.replaceAll('orders-api/', 'order-api/'),
      /amplify\/functions\/functions\.ts:3:27: Could not resolve ".\/order-api\/resource.js"/,
    ],
    ['a list that does not parse', 'functions/functions.ts', 'export const functions = {', /functions\.ts:1:27/],
    [
      'a list without functions',
      'functions/functions.ts',
      'export const lambdas = {};',
      /^amplify\/functions\/functions\.ts exports no functions\.$/,
    ],
    [
      'a line that is no function',
      'functions/functions.ts',
      LIST.replace('resource: greeter, ', ''),
      /functions\.ts: 'greeter' is not a function and whether it needs the database/,
    ],
    [
      'a function that the CDK creates',
      'functions/greeter/resource.ts',
      GREETER.replace('()', '((scope) => scope)'),
      /'greeter' is created by a callback with the CDK, and cannot run locally/,
    ],
    [
      'a syntax error in the schema',
      'data/schema.ts',
      SCHEMA.replace('export const schema', 'export const schema ='),
      /amplify\/data\/schema\.ts:4:23: /,
    ],
    [
      'a method that the schema has not',
      'data/schema.ts',
      SCHEMA.replace('a.string()', 'a.strng()'),
      /amplify\/data\/schema\.ts:3:23: a\.strng is not a function/,
    ],
    [
      'what Amplify refuses in the schema',
      'data/schema.ts',
      SCHEMA.replace('a.string()', "a.ref('Nope')"),
      /amplify\/data\/schema\.ts cannot be read: Invalid ref\. order is referring to Nope/,
    ],
    [
      'a function that the schema names and the list does not have',
      'data/schema.ts',
      SCHEMA.replace("'greeter'", "'clock'"),
      /^amplify\/data\/schema\.ts names 'clock' in a\.handler\.function, and amplify\/functions\/functions\.ts lists 'orders-api', 'greeter'\.$/,
    ],
    [
      'a rule for a group that the user pool does not have',
      'data/schema.ts',
      SCHEMA.replace('allow.authenticated()', "allow.groups(['sales', 'accounting'])"),
      /^amplify\/data\/schema\.ts has a rule for the group 'accounting', which no user can be in: amplify\/auth\/resource\.ts has 'admins', 'sales'\.$/,
    ],
    [
      'a user pool without groups',
      'auth/resource.ts',
      "import { defineAuth } from '@aws-amplify/backend';\nexport const auth = defineAuths({});",
      /amplify\/auth\/resource\.ts:2:21: defineAuths is not defined/,
    ],
  ])('%s', async (_, file, code, reason) => {
    if (code === undefined) await rm(join(project, 'amplify', file));
    else await write(file, code);

    const refusal = readAmplifyApp(project);

    await expect(refusal).rejects.toMatchObject({ name: 'LocalStackError', fix: expect.stringMatching(/\.$/) });
    await expect(refusal).rejects.toThrow(reason);
  });

  test.each([
    ['timeoutSeconds: 0', 'timeoutSeconds 0.', 'a whole number from 1 to 900'],
    ['timeoutSeconds: 901', 'timeoutSeconds 901.', 'a whole number from 1 to 900'],
    ['memoryMB: 64', 'memoryMB 64.', 'a whole number from 128 to 10240'],
    ['memoryMB: 128.5', 'memoryMB 128.5.', 'a whole number from 128 to 10240'],
    ['runtime: 16', 'runtime 16.', 'one of 18, 20, 22, 24'],
    ['timeoutSeconds: Duration.minutes(1)', 'timeoutSeconds computed by Amplify or the CDK.', 'a whole number'],
    ["environment: { 'a-b': '1' }", 'the environment variable "a-b".', 'letters, digits and _, two or more'],
    ['environment: { LEVEL: undefined }', 'environment.LEVEL undefined.', 'a text or a secret()'],
  ])('a resource.ts with %s', async (option, got, expected) => {
    await write(
      'functions/greeter/resource.ts',
      `import { defineFunction } from '@aws-amplify/backend';
import { Duration } from 'aws-cdk-lib';
export const greeter = defineFunction({ ${option} });`,
    );

    await expect(readAmplifyApp(project)).rejects.toMatchObject({
      message: `The resource.ts of 'greeter' has ${got}`,
      fix: expect.stringContaining(`Expected ${expected}`),
    });
  });

  test('everything that is wrong, at once', async () => {
    await write('functions/greeter/resource.ts', GREETER.replace('()', '({ memoryMB: 1 })'));
    await write('data/schema.ts', SCHEMA.replace('authenticated()', "group('accounting')").replace("'greeter'", "'a'"));

    await expect(readAmplifyApp(project)).rejects.toThrow(
      /^3 things in amplify\/ are wrong\.[\s\S]*memoryMB 1[\s\S]*names 'a' in a\.handler\.function[\s\S]*the group 'accounting'/,
    );
  });
});
