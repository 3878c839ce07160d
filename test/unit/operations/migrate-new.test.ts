import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareMigrations } from '../../../src/database/migrate/prepare-migrations.js';

const PROJECT = join(import.meta.dirname, '../../..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrate-new-'));
  writeFileSync(join(folder, '0001-tea.sql'), 'select 1');
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const command = ['--import', 'tsx', join(PROJECT, 'src/operations/migrate-new.ts'), '--directory', folder, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: PROJECT, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('makes the next file, prints where it is, and the file is in order once there is a statement in it', () => {
  const { status, stdout, stderr } = run('add-invoices');

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim().endsWith('0002-add-invoices.sql')).toBe(true);
  const sql = `${readFileSync(join(folder, '0002-add-invoices.sql'), 'utf8')}create table invoices ();`;
  const [, invoices] = prepareMigrations([
    { name: '0001-tea.sql', sql: 'select 1' },
    { name: '0002-add-invoices.sql', sql },
  ]);
  expect(invoices).toMatchObject({ transactional: true, statements: [{ text: 'create table invoices ()' }] });
});

test('makes one without a transaction', () => {
  run('index-invoices', '--no-transaction');

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
])('%j is refused, and makes nothing', (args, problem) => {
  const { status, stderr } = run(...args);

  expect(status).toBe(1);
  expect(stderr).toContain(problem);
  expect(readdirSync(folder)).toEqual(['0001-tea.sql']);
});

test('explains itself', () => {
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: npm run migrate:new') });
});
