import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareMigrations } from '../../../src/database/migrate/prepare-migrations.js';
import { BOTH_WAYS, runAsProcess, runHere } from '../../support/command-line.js';
import { exhaustive } from '../../support/exhaustive.js';

const PROJECT = join(import.meta.dirname, '../../..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrate-new-'));
  writeFileSync(join(folder, '0001-tea.sql'), 'select 1');
});
afterEach(() => rmSync(folder, { recursive: true }));

const commandLine = (...args: string[]) => ({
  file: join(import.meta.dirname, '../../../src/operations/migrate-new.ts'),
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
