import { defineConfig } from 'vitest/config';
import { SECRET_SEARCH } from '../../../vitest.config.js';

/** Run by failing-output.test.ts, and by nobody else: every test of it fails. */
export default defineConfig({
  test: {
    include: ['test/stress/failing/*.failing.ts'],
    setupFiles: SECRET_SEARCH,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
