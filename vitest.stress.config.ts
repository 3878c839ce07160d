import { defineConfig } from 'vitest/config';
import { STACK_SETUP } from './vitest.config.js';

/** `npm run test:stress`: the long runs, one after the other, so that each has the machine to itself. */
export default defineConfig({
  test: {
    include: ['packages/*/test/stress/**/*.test.ts'],
    setupFiles: STACK_SETUP,
    fileParallelism: false,
    // A bound for what hangs: the longest takes four minutes on a slow machine of two cores.
    testTimeout: 900_000,
    hookTimeout: 60_000,
  },
});
