import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseUnlistedFunctions } from '../../src/listed-functions.js';

/** With what a resource.ts may do with Amplify and the CDK, none of which is installed there. */
const RESOURCE = `import { defineFunction, secret } from '@aws-amplify/backend';
import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { join } from 'node:path';
class Layer extends lambda.LayerVersion {}
export const ordersApi = defineFunction({
  name: join('orders', \`api\${Duration.seconds(3).toSeconds()}\`),
  runtime: lambda.Runtime.NODEJS_24_X,
  environment: { KEY: secret('KEY') },
  layers: { own: new Layer() },
});`;
const LIST = `import type { FunctionList } from '@vpc-postgres/backend';
import { ordersApi } from './orders-api/resource.js';
export const functions = {
  'orders-api': { resource: ordersApi, database: true },
  greeter: { resource: ordersApi, database: false },
} satisfies FunctionList;`;

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'listed-functions-'));
  await mkdir(join(project, 'amplify/functions/orders-api'), { recursive: true });
  await writeFile(join(project, 'amplify/functions/orders-api/resource.ts'), RESOURCE);
});
afterEach(() => rm(project, { recursive: true }));

const writeList = (code: string) => writeFile(join(project, 'amplify/functions/functions.ts'), code);

test('every function that the schema names is in the list', async () => {
  await writeList(LIST);

  await expect(refuseUnlistedFunctions(['orders-api', 'greeter'], project)).resolves.toBeUndefined();
});

test('those that are not in the list are refused together, with both files and the fix', async () => {
  await writeList(LIST);

  await expect(refuseUnlistedFunctions(['orders-api', 'reports', 'clock'], project)).rejects.toMatchObject({
    name: 'LocalStackError',
    message:
      "amplify/data/schema.ts names 'reports', 'clock' in a.handler.function, " +
      "and amplify/functions/functions.ts lists 'orders-api', 'greeter'.",
    fix: "Add 'reports', 'clock' to amplify/functions/functions.ts, or correct the name in amplify/data/schema.ts.",
  });
});

test('an empty list is said to be one', async () => {
  await writeList('export const functions = {};');

  await expect(refuseUnlistedFunctions(['reports'], project)).rejects.toThrow(/functions\.ts lists none\.$/);
});

test.each([
  ['is missing', undefined, /Could not resolve/],
  ['names a folder that is missing', LIST.replaceAll('orders-api/', 'order-api/'), /order-api\/resource\.js/],
  ['does not parse', 'export const functions = {', /functions\.ts:1:26/],
  ['exports something else', 'export const lambdas = {};', /undefined/],
])('a list that %s is told, with the file', async (_, code, cause) => {
  if (code !== undefined) await writeList(code);

  const refusal = refuseUnlistedFunctions(['orders-api'], project);

  await expect(refusal).rejects.toThrow(/^amplify\/functions\/functions\.ts cannot be read: /);
  await expect(refusal).rejects.toThrow(cause);
});
