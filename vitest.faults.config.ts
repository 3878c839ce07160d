import { defineConfig } from 'vitest/config';
import { STACK_SETUP } from './vitest.config.js';

/** `npm run test:faults`: one fault after the other, on one stack. */
export default defineConfig({
  test: {
    include: ['packages/*/test/faults/**/*.test.ts'],
    setupFiles: STACK_SETUP,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
