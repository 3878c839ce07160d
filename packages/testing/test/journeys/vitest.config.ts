import { defineConfig } from 'vitest/config';
import { keepTemporaryFilesInMemory } from '../../support/temporary-files.js';

keepTemporaryFilesInMemory();

/**
 * `npm run test:journeys -w @vpc-postgres/testing`. Each journey runs the four commands that an adopter runs, about a minute
 * of a processor; the timeouts bound what hangs.
 */
export default defineConfig({
  test: {
    globalSetup: 'packages/testing/support/new-cluster/make-once.ts',
    setupFiles: [
      'packages/local-stack/src/forget-postgres-variables.ts',
      'packages/testing/support/secrets/after-each.ts',
    ],
    include: ['packages/testing/test/journeys/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
