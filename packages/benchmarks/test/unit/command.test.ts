import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../../../..');

/** In an environment without vitest, as from a shell. */
const bench = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'packages/benchmarks/src/run.ts', ...args], {
    cwd: PROJECT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });

test.runIf(exhaustive)('npm run bench marks the benchmark that a run without names leaves out', () => {
  const { stdout, status } = bench('--help');
  expect(stdout.match(/^\* [\w-]+/gm)).toEqual(['* steady-load']);
  expect(status).toBe(0);
});

test.runIf(exhaustive)('npm run bench rejects minutes that are too few for a first and a last third', () => {
  const { stderr, status } = bench('--minutes', '3', 'steady-load');
  expect(stderr).toContain('--minutes is "3"; expected a whole number, 4 or more.');
  expect(status).toBe(1);
});
