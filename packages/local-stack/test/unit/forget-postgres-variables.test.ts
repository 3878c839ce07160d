import { HARMFUL_POSTGRES_VARIABLES } from '@vpc-postgres/testing/support/shell-variables.js';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

test('of the shell’s variables, the process forgets those of PostgreSQL and no other', async () => {
  vi.stubEnv('APP_PGHOST', 'kept');
  vi.stubEnv('PROXY_PORT', '6432');
  const others = { ...process.env };
  for (const [name, value] of Object.entries(HARMFUL_POSTGRES_VARIABLES)) vi.stubEnv(name, value);
  vi.resetModules();

  await import('../../src/forget-postgres-variables.js');

  expect(process.env).toEqual(others);
});
