import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeOtherVersion, readDeployedSettings } from '../../src/deployed-settings.js';
import { LocalStackError } from '../../src/local-stack-error.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deployed-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, 'settings.json');
  writeFileSync(file, text);
  return readDeployedSettings(file);
}

test('the settings of a deployed proxy and database are read', () => {
  const settings = { pool: { maxConnections: 30 }, parameters: { deadlock_timeout: '1234' } };

  expect(read(JSON.stringify(settings))).toEqual(settings);
});

test.each([
  ['{', 'JSON'],
  ['{}', 'it has no pool and parameters'],
  [
    '{"pool":{"maxConnectionsPercent":0,"connectionBorrowTimeoutSeconds":301},"parameters":{}}',
    'maxConnectionsPercent is 0, expected 1 to 100; connectionBorrowTimeoutSeconds is 301',
  ],
  ['{"pool":{},"parameters":{"a b":"1","work_mem":4}}', 'a b, work_mem'],
])('%s is refused, with the file and how to write it again', (text, reason) => {
  expect(() => read(text)).toThrow(LocalStackError);
  expect(() => read(text)).toThrow(reason);
  expect(() => read(text)).toThrow(join(folder, 'settings.json'));
});

test('another major version is said, another minor version is not', () => {
  const deployed = { engineVersion: '16.4', pool: {}, parameters: {} };

  expect(describeOtherVersion(deployed, '17.10')).toContain('PostgreSQL 16.4, and this one 17.10');
  expect(describeOtherVersion(deployed, '16.9')).toBeUndefined();
  expect(describeOtherVersion({ pool: {}, parameters: {} }, '17.10')).toBeUndefined();
});
