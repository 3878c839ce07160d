import { defineConfig } from 'vitest/config';
import { STACK_SETUP } from '../../../vitest.config.js';

/** Run by failing-output.test.ts, and by nobody else: every test of it fails. */
export default defineConfig({
  test: {
    include: ['test/stress/failing/*.failing.ts'],
    setupFiles: STACK_SETUP,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
