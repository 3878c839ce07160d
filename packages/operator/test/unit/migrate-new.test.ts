import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareMigrations } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import { BOTH_WAYS, runAsProcess, runHere } from '@vpc-postgres/testing/support/command-line.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../../../testing/app');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrate-new-'));
  writeFileSync(join(folder, '0001-tea.sql'), 'select 1');
});
afterEach(() => rmSync(folder, { recursive: true }));

const commandLine = (...args: string[]) => ({
  file: join(import.meta.dirname, '../../src/migrate-new.ts'),
  args: ['--directory', folder, ...args],
  cwd: PROJECT,
});
const run = (...args: string[]) => runHere(commandLine(...args));

test.each(BOTH_WAYS)(
  'makes the next file, prints where it is, and the file is in order with a statement in it, %s',
  async (_, runIt) => {
    const { status, stdout, stderr } = await runIt(commandLine('add-invoices'));

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trim().endsWith('0002-add-invoices.sql')).toBe(true);
    const sql = `${readFileSync(join(folder, '0002-add-invoices.sql'), 'utf8')}create table invoices ();`;
    const [, invoices] = prepareMigrations([
      { name: '0001-tea.sql', sql: 'select 1' },
      { name: '0002-add-invoices.sql', sql },
    ]);
    expect(invoices).toMatchObject({ transactional: true, statements: [{ text: 'create table invoices ()' }] });
  },
);

test('makes one without a transaction', async () => {
  await run('index-invoices', '--no-transaction');

  const sql = `${readFileSync(join(folder, '0002-index-invoices.sql'), 'utf8')}create index concurrently i on t (a);`;
  const files = [{ name: '0001-index-invoices.sql', sql }];
  expect(prepareMigrations(files)).toMatchObject([{ transactional: false }]);
});

test.each([
  [['Add Invoices'], 'The name is "Add Invoices". Expected words of a-z and 0-9 with hyphens'],
  [['../loot'], 'The name is "../loot"'],
  [[], 'Expected one name, got 0.'],
  [['add', 'invoices'], 'Expected one name, got 2.'],
  [['add-invoices', '--now'], "Unknown option '--now'"],
])('%j is refused, and makes nothing', async (args, problem) => {
  const { status, stderr } = await run(...args);

  expect(status).toBe(1);
  expect(stderr).toContain(problem);
  expect(readdirSync(folder)).toEqual(['0001-tea.sql']);
});

test.each(['0002-pot.SQL', '0002_pot.sql', '0002-pot.sql.txt'])(
  'a file that is misnamed, %s, is reported before its number is given to another',
  async (name) => {
    writeFileSync(join(folder, name), 'select 2');

    const { status, stderr } = await run('add-invoices');

    expect(status).toBe(1);
    expect(stderr).toContain(`${name} is not named like 0001-create-orders.sql`);
    expect(stderr).toContain('Rename it to 0002-pot.sql.');
    expect(readdirSync(folder)).toEqual(['0001-tea.sql', name]);
  },
);

test('what is not a migration does not count', async () => {
  for (const name of ['README.md', '0009-pot.sql~', '.0008-pot.sql.swp']) writeFileSync(join(folder, name), '');

  expect((await run('add-invoices')).stdout.trim()).toMatch(/0002-add-invoices\.sql$/);
});

test('a folder that is missing is named, and not created', async () => {
  const missing = join(folder, 'gone');

  const { status, stdout, stderr } = await run('add-invoices', '--directory', missing);

  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    `There is no folder ${missing}, in which the migrations are. Restore it, or create it: git keeps an empty one with a file .gitkeep in it.\n`,
  );
  expect(readdirSync(folder)).toEqual(['0001-tea.sql']);
});

test('explains itself', async () => {
  expect(await run('--help')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Usage: npm run migrate:new'),
  });
});

test.runIf(exhaustive)('a refusal ends the process with 1', () => {
  expect(runAsProcess(commandLine())).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^Expected/),
  });
});
