import { type AppCopy, copyApp } from '@vpc-postgres/testing/support/app-copy.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AmplifyReport } from '../../src/served-app.js';

/** Long enough for a slow machine; esbuild looks at every file within two seconds. */
const PATIENCE = { timeout: 30_000 };

const SCHEMA = 'amplify/data/schema.ts';
/** The part of the schema that is edited. */
const ORDERS = 'src/orders/schema.ts';
const GREETING = `greeting: a
    .query()
    .returns(a.string())
    .authorization((allow) => [allow.authenticated()])
    .handler(a.handler.function('greeter')),

  getOrder: a`;
const HANDLER = 'export const handler = async () => process.env.GREETING;';
const RESOURCE = `import { defineFunction } from '@aws-amplify/backend';
export const greeter = defineFunction({ environment: { GREETING: 'hello' } });`;

let copy: AppCopy;
let stack: TestStack;
let original: string;
const reports: AmplifyReport[] = [];

beforeAll(async () => {
  copy = await copyApp();
  stack = await startTestStack({ app: copy.app, watch: true, onAmplify: (report) => reports.push(report) });
  original = stack.amplifyApp().sdl;
});
afterAll(async () => {
  await stack?.stop();
  await copy?.remove();
});
beforeEach(() => {
  reports.length = 0;
});
afterEach(async () => {
  await copy.restore();
  await expect.poll(() => [stack.amplifyApp().sdl, problem()], PATIENCE).toEqual([original, null]);
});

const problem = () => stack.statistics().amplify.problem;

const fieldNames = async () => {
  const { data } = await stack.ask('alice', '{ __schema { queryType { fields { name } } } }');
  const schema = data as { __schema: { queryType: { fields: { name: string }[] } } };
  return schema.__schema.queryType.fields.map(({ name }) => name);
};

const listsOrders = async () => (await stack.ask('alice', '{ listOrders { items { id } } }')).errors.length === 0;

async function addGreeter(): Promise<void> {
  await copy.write('amplify/functions/greeter/handler.ts', HANDLER);
  await copy.write('amplify/functions/greeter/resource.ts', RESOURCE);
  await copy.edit(
    'amplify/functions/functions.ts',
    'export const functions = {',
    "import { greeter } from './greeter/resource.js';\nexport const functions = {\n  greeter: { resource: greeter, database: false },",
  );
}

test('a field that is added to the schema is served and introspected as soon as the file is saved', async () => {
  await copy.edit(
    ORDERS,
    '  getOrder: a\n',
    "  sameOrder: a\n    .query()\n    .returns(a.ref('Order'))\n    .authorization((allow) => [allow.authenticated()])\n    .handler(ordersApi()),\n\n  getOrder: a\n",
  );

  await expect.poll(fieldNames, PATIENCE).toContain('sameOrder');
  expect(reports).toEqual([{ reloaded: [SCHEMA], warnings: [] }]);
});

test.each([
  ['a syntax error', 'export const ordersSchema = {', 'export const ordersSchema = {{', /schema\.ts:\d+:\d+: /],
  ['a type that is none', "a.enum(['PLACED', 'CANCELLED'])", 'a.enumeration([])', /a\.enumeration is not a function/],
  ['what Amplify refuses', "a.ref('OrderTotal')", "a.ref('Total')", /Invalid ref\. orderTotals is referring to Total/],
  [
    'a function that is not listed',
    "a.handler.function('orders-api')",
    "a.handler.function('order-api')",
    /lists 'orders-api'/,
  ],
  [
    'a group that does not exist',
    "allow.group('admins')",
    "allow.group('accounting')",
    /'accounting', which no user can be in/,
  ],
  [
    'what is not served locally',
    "[allow.group('admins')])\n    .handler(ordersApi())",
    "[allow.group('admins')])\n    .handler(a.handler.custom({ entry: './totals.js' }))",
    /not supported locally yet: Query\.orderTotals, which has no a\.handler\.function/,
  ],
])('%s is reported once, and the schema before is served', async (_, text, replacement, reason) => {
  await copy.edit(ORDERS, text, replacement);

  await expect.poll(problem, PATIENCE).toMatch(reason);
  expect(reports).toEqual([{ problem: expect.stringMatching(reason) }]);
  expect(await listsOrders()).toBe(true);
  expect(stack.amplifyApp().sdl).toBe(original);
  const state = (await (await fetch(`${stack.url}/api/stack`)).json()) as { amplify: unknown };
  expect(state.amplify).toEqual({ problem: expect.stringMatching(reason) });
});

test('a group that a rule needs cannot be removed from auth/resource.ts, and one that is renamed in both is served', async () => {
  await copy.edit('amplify/auth/resource.ts', "groups: ['admins']", "groups: ['owners']");
  await expect.poll(problem, PATIENCE).toMatch(/the group 'admins', which no user can be in: .* has 'owners'/);

  await copy.edit(ORDERS, "allow.group('admins')", "allow.group('owners')");

  await expect.poll(problem, PATIENCE).toBeNull();
  expect(stack.amplifyApp().groups).toEqual(['owners']);
  expect(reports.at(-1)).toEqual({
    reloaded: [SCHEMA, 'amplify/auth/resource.ts'],
    warnings: [expect.stringContaining("local.config.ts puts the user 'carol' into the group 'admins'")],
  });
});

test('a function that is added answers once its handler builds, and follows its resource.ts', async () => {
  await addGreeter();
  await copy.write('amplify/functions/greeter/handler.ts', 'export const handler = async () => "hello;');
  await copy.edit(ORDERS, 'getOrder: a', GREETING);
  await expect.poll(problem, PATIENCE).toMatch(/^Does not build: greeter\./);
  expect(await listsOrders()).toBe(true);

  await copy.write('amplify/functions/greeter/handler.ts', HANDLER);
  const greet = async () => (await stack.ask('alice', '{ greeting }')).data?.greeting;
  await expect.poll(greet, PATIENCE).toBe('hello');
  expect(stack.statistics().functions).toMatchObject({
    greeter: { database: false },
    'orders-api': { database: true },
  });

  await copy.write('amplify/functions/greeter/resource.ts', RESOURCE.replace("'hello'", "'good day'"));
  await expect.poll(greet, PATIENCE).toBe('good day');
  expect(reports.at(-1)).toEqual({ reloaded: ['amplify/functions'], warnings: [] });
});

test('a function without the database is refused by the proxy, whatever it takes for a host', async () => {
  await addGreeter();
  await copy.write('amplify/functions/greeter/handler.ts', CONNECTS.replaceAll('PORT', String(stack.proxyPort)));
  await copy.edit(ORDERS, 'getOrder: a', GREETING);
  const greet = async () => JSON.stringify(await stack.ask('alice', '{ greeting }'));

  await expect.poll(greet, PATIENCE).toMatch(/refused: .*(credentials|authentication|token)/i);
});

/** As the emulator's own connection code does, with what the environment has. */
const CONNECTS = `import { Signer } from '@aws-sdk/rds-signer';
import pg from 'pg';
export const handler = async () => {
  const signer = new Signer({ hostname: 'localhost', port: PORT, username: 'app', region: process.env.AWS_REGION });
  const client = new pg.Client({
    host: 'localhost',
    port: PORT,
    user: 'app',
    database: 'app',
    password: await signer.getAuthToken(),
    ssl: { rejectUnauthorized: false },
  });
  try {
    await client.connect();
    return 'connected';
  } catch (error) {
    return \`refused: \${(error as Error).message}\`;
  }
};`;
