import { join } from 'node:path';
import { prepareMigrations } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import { runHere } from '@vpc-postgres/testing/support/command-line.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { singularOf } from '../../../src/generate/names.js';
import { copyApp, type ScratchApp } from '../../scratch-app.js';

let prepared: ScratchApp;
let app: ScratchApp;
beforeAll(() => {
  prepared = copyApp();
});
afterAll(() => prepared.remove());
beforeEach(() => {
  app = prepared.copy();
  if (exhaustive) app.linkModules();
});
afterEach(() => app.remove());

const run = (...args: string[]) =>
  runHere({ file: join(import.meta.dirname, '../../run-cli.ts'), args: ['new', ...args], cwd: app.folder });

const changed = () =>
  app
    .git('status', '--porcelain', '--untracked-files=all')
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(3));

test('new domain writes a table, its code, function, samples and test, and a line in each list', async () => {
  if (!exhaustive) app.linkModules();
  const { status, stdout, stderr } = await run('domain', 'invoices');

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(changed()).toEqual([
    'amplify/data/schema.ts',
    'amplify/functions/functions.ts',
    'local.config.ts',
    'amplify/functions/invoices-api/handler.ts',
    'amplify/functions/invoices-api/resource.ts',
    'src/invoices/invoices.ts',
    'src/invoices/samples.ts',
    'src/invoices/schema.ts',
    'src/migrations/0005-create-invoices.sql',
    'test/invoices/api.test.ts',
  ]);
  expect(stdout).toContain('write   src/migrations/0005-create-invoices.sql');
  expect(app.read('amplify/functions/functions.ts')).toContain(
    "  'invoices-api': { resource: invoicesApi, database: true },\n}",
  );
  expect(app.read('amplify/data/schema.ts')).toContain('  ...ordersSchema,\n  ...invoicesSchema,\n});');
  expect(app.read('local.config.ts')).toContain('...combineSamples([ordersSamples, invoicesSamples]),');
});

test('the migration of a new domain keeps the rules of the runner, with a row-level security policy', async () => {
  await run('domain', 'purchase-orders');

  const sql = app.read('src/migrations/0005-create-purchase-orders.sql');
  const [, migration] = prepareMigrations([
    { name: '0001-a.sql', sql: 'select 1' },
    { name: '0002-b.sql', sql },
  ]);
  expect(migration?.statements.map(({ text }) => text.split(' ').slice(0, 3).join(' '))).toEqual([
    'create table purchase_orders',
    'create index purchase_orders_by_owner',
    'alter table purchase_orders',
    'create policy own_purchase_orders',
    'grant select, insert',
  ]);
  expect(app.read('src/purchase-orders/schema.ts')).toContain('createPurchaseOrder: a');
});

test.each([
  [[], "'close-month': { resource: closeMonth, database: true }", 'a.datetime()', 'createResolver'],
  [['--no-database'], "'close-month': { resource: closeMonth, database: false }", 'a.string()', "Schema['closeMonth']"],
])('new function %j writes the function, its line and a field', async (options, line, type, handler) => {
  const { status } = await run('function', 'close-month', ...options);

  expect(status).toBe(0);
  expect(changed()).toEqual([
    'amplify/data/schema.ts',
    'amplify/functions/functions.ts',
    'amplify/functions/close-month/handler.ts',
    'amplify/functions/close-month/resource.ts',
  ]);
  expect(app.read('amplify/functions/functions.ts')).toContain(line);
  expect(app.read('amplify/data/schema.ts')).toContain(type);
  expect(app.read('amplify/functions/close-month/handler.ts')).toContain(handler);
});

test.each([
  [['function', 'Close_Month'], 'expected words of a-z and 0-9 with hyphens'],
  [['function', '../loot'], 'expected words of a-z and 0-9 with hyphens'],
  [['function', 'x'.repeat(31)], 'it has 31 characters, and 30 are the limit'],
  [['function', 'auth'], 'amplify/backend.ts uses it'],
  [['function', 'delete'], 'reserved word of TypeScript'],
  [['function', 'schema'], 'the files of the app use it'],
  [['function', 'orders-api'], 'amplify/functions/orders-api exists already'],
  [['function', 'list-orders'], 'The schema has listOrders already'],
  [['domain', 'orders'], 'src/orders and amplify/functions/orders-api exists already'],
  [['domain', 'products'], 'src/migrations/0002-create-products.sql speaks of products already'],
  [['domain', 'stories', '--item', 'order'], 'The schema has Order'],
  [['domain', 'user', '--item', 'person'], 'reserved word of PostgreSQL'],
  [['domain', 'staff'], 'no plural that ends in s'],
  [['domain', 'staff', '--item', 'staff'], 'in the singular'],
  [['domain', 'subscriptions'], 'a type of GraphQL or AppSync'],
])('new %j is refused with the reason, and writes nothing', async (args, reason) => {
  const { status, stdout, stderr } = await run(...args);

  expect({ status, stdout, changed: changed() }).toEqual({ status: 2, stdout: '', changed: [''] });
  expect(stderr).toContain(reason);
});

test('in a schema that is written in another way, the field is printed', async () => {
  app.write(
    'amplify/data/schema.ts',
    `import { a } from '@aws-amplify/data-schema';
import { ordersSchema } from '../../src/orders/schema.js';
const parts = { ...ordersSchema };
export const schema = a.schema(parts);
`,
  );

  const { status, stdout } = await run('function', 'close-month');

  expect(status).toBe(0);
  expect(stdout).toContain("Add to amplify/data/schema.ts, which is not written as the starter's:\n\ncloseMonth: a\n");
});

test('outside of an app nothing is written', async () => {
  app.git('rm', '-rq', 'amplify');

  const { status, stderr } = await run('function', 'close-month');

  expect(status).toBe(2);
  expect(stderr).toContain('Run this command in the folder that holds amplify/.');
});

test.each([
  ['notes', 'note'],
  ['stories', 'story'],
  ['addresses', 'address'],
  ['houses', 'house'],
  ['boxes', 'box'],
  ['purchase-orders', 'purchase-order'],
])('one of the %s is a %s', (plural, singular) => {
  expect(singularOf(plural)).toBe(singular);
});

test.each(['status', 'news-is', 'glass'])('what one of the %s is called has to be said', (plural) => {
  expect(() => singularOf(plural)).toThrow('--item NAME');
});
