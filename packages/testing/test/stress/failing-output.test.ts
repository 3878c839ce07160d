import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type KnownSecrets, secretsInLog } from '../../support/secrets/search.js';

/** CI keeps what failing tests print, and shows it to many: the real vitest, with tests that fail where secrets are near. */
const PROJECT = join(import.meta.dirname, '../../../..');
const VITEST = join(PROJECT, 'node_modules/vitest/vitest.mjs');

function runFailingTests(environment: NodeJS.ProcessEnv = {}): { output: string; secrets: KnownSecrets } {
  const folder = mkdtempSync(join(tmpdir(), 'failing-'));
  const secretsFile = join(folder, 'secrets.json');
  const { VITEST: _, ...outside } = process.env;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      VITEST,
      'run',
      '--config',
      join(PROJECT, 'packages/testing/test/stress/failing/vitest.config.ts'),
      '--root',
      PROJECT,
    ],
    { cwd: PROJECT, encoding: 'utf8', env: { ...outside, ...environment, SECRETS_FILE: secretsFile, NO_COLOR: '1' } },
  );
  const secrets: KnownSecrets = JSON.parse(readFileSync(secretsFile, 'utf8'));
  rmSync(folder, { recursive: true });
  return { output: stdout + stderr, secrets };
}

test('what failing tests print holds no secret and no argument', () => {
  const { output, secrets } = runFailingTests();

  expect(output).toMatch(/Tests +6 failed/);
  expect(output).toContain('The IAM authentication failed for the role app.');
  expect(Object.keys(secrets).length).toBeGreaterThan(8);
  expect(secretsInLog(output, secrets)).toEqual([]);
});

test('the search would find one', () => {
  const { output, secrets } = runFailingTests({ LEAK: '1' });

  expect(output).toMatch(/Tests +7 failed/);
  expect(secretsInLog(output, secrets)).toContain('a signed token (JWT)');
});
