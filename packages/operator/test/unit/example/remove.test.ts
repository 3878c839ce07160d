import { join } from 'node:path';
import process from 'node:process';
import { readMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { runHere } from '@vpc-postgres/testing/support/command-line.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withoutExample } from '../../../src/example/example.js';
import { copyApp, type ScratchApp } from '../../scratch-app.js';

const CUSTOMERS = `create table customers (customer_sub uuid primary key default identity.sub());
-- Not of orders.
comment on table customers is 'orders are elsewhere';
`;

let prepared: ScratchApp;
let app: ScratchApp;
beforeAll(() => {
  prepared = copyApp();
  // As a clone has them: the migrations of the example alone, and the documents.
  for (const name of ['0002-create-products', '0003-hold-the-identity-in-a-cursor', '0004-acknowledge-shared-rows']) {
    prepared.git('rm', '-q', `src/migrations/${name}.sql`);
  }
  prepared.write('test/orders/api.test.ts', "import '../../src/orders/order.js';\n");
  prepared.write('package.json', '{\n  "scripts": {\n    "example:remove": "x",\n    "bench": "y"\n  }\n}\n');
  prepared.write('README.md', 'One.\n\n<!-- example -->\nOrders.\n<!-- /example -->\n\nTwo.\n');
  prepared.write('docs/change.md', 'Three.<!-- example --> Orders.<!-- /example --> Four.\n');
  prepared.commit();
});
afterAll(() => prepared.remove());
beforeEach(() => {
  app = prepared.copy();
  if (exhaustive) app.linkModules();
});
afterEach(() => app.remove());

const run = (...args: string[]) =>
  runHere({ file: join(import.meta.dirname, '../../../src/example-remove.ts'), args, cwd: app.folder });

const status = () => app.git('status', '--porcelain').trimEnd();
const mentions = () => {
  try {
    return app.git(
      'grep',
      '--untracked',
      '-l',
      '-i',
      '-E',
      'orders|orders-api',
      '--',
      '.',
      ':!cdk.context.json',
      ':!amplify/environments.ts',
    );
  } catch {
    return '';
  }
};

test('removes every file and line of the example, and leaves the domain notes', async () => {
  if (!exhaustive) app.linkModules();
  expect(await run()).toMatchObject({ status: 0, stderr: '' });

  expect(mentions()).toBe('');
  expect(app.list('src')).toEqual(['migrations', 'notes']);
  expect(app.list('src/migrations')).toEqual(['0000-identity.sql', '0001-create-notes.sql']);
  expect(app.list('amplify/functions')).toEqual(['functions.ts', 'notes-api']);
  expect(app.read('amplify/data/schema.ts')).toContain('a.schema({\n  ...notesSchema,\n});');
  expect(app.read('local.config.ts')).toContain('...combineSamples([notesSamples]),');
  expect(app.read('package.json')).toBe('{\n  "scripts": {\n    "bench": "y"\n  }\n}\n');
  expect(app.read('README.md')).toBe('One.\n\nTwo.\n');
  expect(app.read('docs/change.md')).toBe('Three. Four.\n');
});

describe('the frontend', () => {
  beforeEach(() => {
    app.write(
      'site/src/orders/order-list.tsx',
      "import { Field } from '../form.js';\nexport const OrderList = Field;\n",
    );
    app.write(
      'site/src/home.tsx',
      "import { OrderList } from './orders/order-list.js';\nexport const Home = OrderList;\n",
    );
    app.write('site/src/form.tsx', 'export const Field = 1;\n');
  });

  test('keeps what is not of the example, and greets the user', async () => {
    app.commit();

    expect(await run()).toMatchObject({ status: 0, stderr: '' });
    expect(app.list('site/src')).toEqual(['form.tsx', 'home.tsx']);
    expect(app.read('site/src/home.tsx')).toContain('<h1>Welcome, {user.email}</h1>');
  });

  test('of an adopter that uses the example elsewhere keeps everything, with file and line', async () => {
    app.write('site/src/page.tsx', "\nexport { OrderList } from './orders/order-list.js';\n");
    app.commit();

    const { status: exit, stderr } = await run();
    expect(exit).toBe(1);
    expect(stderr).toContain('site/src/page.tsx:2 imports ./orders/order-list.js.');
    expect(status()).toBe('');
  });
});

test('with --bare no domain is left: one query, and no table', async () => {
  expect(await run('--bare')).toMatchObject({ status: 0 });

  expect(app.list('src')).toEqual(['migrations']);
  expect(app.list('src/migrations')).toEqual(['0000-identity.sql']);
  expect(app.read('amplify/data/schema.ts')).toContain('a.schema({\n  ping: a\n');
  expect(app.read('local.config.ts')).toContain('...combineSamples([]),');
});

describe('with migrations of the adopter', () => {
  beforeEach(() => {
    app.write('src/migrations/0002-create-customers.sql', CUSTOMERS);
    app.write('src/migrations/0003-name-customers.sql', 'alter table customers add column name text;\n');
    app.commit();
  });

  test('these are numbered anew, and the runner takes them', async () => {
    expect(await run()).toMatchObject({ status: 0 });

    const migrations = readMigrations(join(app.folder, 'src/migrations'));
    expect(migrations.map(({ name }) => name)).toEqual([
      '0000-identity.sql',
      '0001-create-customers.sql',
      '0002-name-customers.sql',
      '0003-create-notes.sql',
    ]);
    expect(migrations[1]?.sql).toBe(CUSTOMERS);
  });

  test('with --keep-migrations every file keeps its name, and one more drops the tables', async () => {
    app.write('.local/data/PG_VERSION', '17');

    expect(await run('--keep-migrations')).toMatchObject({ status: 0 });

    const migrations = readMigrations(join(app.folder, 'src/migrations'));
    expect(migrations.map(({ name }) => name)).toEqual([
      '0000-identity.sql',
      '0001-create-orders.sql',
      '0002-create-customers.sql',
      '0003-name-customers.sql',
      '0004-drop-the-example.sql',
      '0005-create-notes.sql',
    ]);
    expect(migrations[4]?.statements.map(({ text }) => text)).toEqual([
      'drop view order_totals',
      'drop table order_lines',
      'drop table orders',
    ]);
    expect(app.exists('.local/data/PG_VERSION')).toBe(true);
  });

  const REFERENCES = [
    ['alter table orders add column note text;', 'line 1, refers to orders.'],
    ['select 1;\ncreate table a (b uuid references ORDERS (id));', 'line 2, refers to orders.'],
    ['create view v as select * from "order_lines";', 'line 1, refers to order_lines.'],
    ['do $$ begin perform count(*) from order_totals; end $$;', 'line 1, refers to order_totals.'],
  ] as const;

  test.each(sample(REFERENCES, 3))('one that says %j is named, and nothing changes', async (sql, reference) => {
    app.write('src/migrations/0004-more.sql', sql);
    app.commit();

    for (const options of [[], ['--keep-migrations']]) {
      const { status: code, stderr } = await run(...options);
      expect(code).toBe(1);
      expect(stderr).toContain(`src/migrations/0004-more.sql, ${reference}`);
      expect(status()).toBe('');
    }
  });
});

test('a domain of the adopter stays, and no other is written', async () => {
  app.write('src/invoices/schema.ts', 'export const invoicesSchema = {};\n');
  app.commit();

  expect(await run()).toMatchObject({ status: 0 });

  expect(app.list('src')).toEqual(['invoices', 'migrations']);
});

test.each([
  ['src/invoices/invoices.ts', "import { CURRENCIES } from '../orders/order.js';", 'imports ../orders/order.js.'],
  ['test/invoices.test.ts', "\nawait import('../src/orders/orders.js');", 'imports ../src/orders/orders.js.'],
  ['src/invoices/schema.ts', "export const x = { y: a.ref('Order') };", "names 'Order'."],
  ['src/invoices/schema.ts', "export const x = a.handler.function('orders-api');", "names 'orders-api'."],
])('%s, which says %j, is named, and nothing changes', async (path, text, problem) => {
  app.write(path, text);
  app.commit();

  const { status: code, stderr } = await run();

  expect({ code, status: status() }).toEqual({ code: 1, status: '' });
  expect(stderr).toContain(`${path}:`);
  expect(stderr).toContain(problem);
});

test('changes that are not committed are listed and nothing is done, unless --force is given', async () => {
  app.write('src/orders/mine.ts', 'export {};\n');

  const { status: code, stderr } = await run();

  expect(code).toBe(2);
  expect(stderr).toContain('?? src/orders/mine.ts');
  expect(app.exists('src/orders/orders.ts')).toBe(true);
  expect(await run('--force')).toMatchObject({ status: 0 });
  expect(app.exists('src/orders')).toBe(false);
});

test('--dry-run shows what would be done, and changes nothing', async () => {
  app.write('.local/data/PG_VERSION', '17');

  const { status: code, stdout } = await run('--dry-run');

  expect({ code, status: status() }).toEqual({ code: 0, status: '' });
  for (const line of ['delete  src/orders', 'delete  .local/data', 'edit    README.md', 'write   src/notes/notes.ts']) {
    expect(stdout).toContain(`  ${line}\n`);
  }
});

test('the local database is deleted, whose tables the example made, unless npm start is using it', async () => {
  app.write('.local/data/postmaster.pid', `${process.pid}\n`);

  const { status: code, stderr } = await run();

  expect({ code, status: status() }).toEqual({ code: 2, status: '' });
  expect(stderr).toContain('npm start is running');
  const trial = await run('--dry-run');
  expect(trial).toMatchObject({ status: 0, stdout: expect.stringContaining('commit your changes, and end npm start') });
  app.write('.local/data/postmaster.pid', '');
  expect(await run()).toMatchObject({ status: 0 });
  expect(app.exists('.local/data')).toBe(false);
});

test('a second time there is nothing to remove', async () => {
  await run();
  app.commit();

  expect(await run()).toMatchObject({ status: 2, stderr: expect.stringContaining('The example is not here') });
});

test('--help shows the options and exit codes; a misspelled option is refused', async () => {
  expect(await run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--keep-migrations') });
  expect(await run('--bear')).toMatchObject({ status: 2, stderr: expect.stringContaining('--bare') });
});

test('a document without marks stays as it is', () => {
  expect(withoutExample('One.\n\n\nTwo.\n')).toBe('One.\n\n\nTwo.\n');
});
