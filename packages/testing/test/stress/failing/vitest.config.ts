import { defineConfig } from 'vitest/config';

/** Only failing-output.test.ts runs it: every test of it fails. */
export default defineConfig({
  test: {
    include: ['packages/testing/test/stress/failing/*.failing.ts'],
    setupFiles: [
      'packages/local-stack/src/forget-postgres-variables.ts',
      'packages/testing/support/secrets/after-each.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
