import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { HARMFUL_POSTGRES_VARIABLES } from '@vpc-postgres/testing/support/shell-variables.js';
import { expect, test } from 'vitest';

/** The command lines in a shell that is set up for databases of its owner. */
const PROJECT = join(import.meta.dirname, '../../../testing/app');

function run(...args: string[]) {
  const environment = { PATH: process.env.PATH, PORT: '0', PROXY_PORT: '0', ...HARMFUL_POSTGRES_VARIABLES };
  return spawnSync(process.execPath, ['--import', 'tsx', ...args], {
    cwd: PROJECT,
    env: environment,
    encoding: 'utf8',
  });
}

test('npm start -- --once works whatever the shell says of PostgreSQL', () => {
  const { status, stdout, stderr } = run(join(import.meta.dirname, '../../src/start.ts'), '--once');

  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
});

test('npm run migrate:check works whatever the shell says of PostgreSQL', () => {
  const { status, stdout, stderr } = run(join(import.meta.dirname, '../../src/migrate-check.ts'));

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('migrations, applied to an empty PostgreSQL');
});
