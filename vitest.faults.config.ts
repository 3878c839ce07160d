import { defineConfig } from 'vitest/config';
import { SECRET_SEARCH } from './vitest.config.js';

/** `npm run test:faults`: one fault after the other, on one stack. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    setupFiles: SECRET_SEARCH,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
