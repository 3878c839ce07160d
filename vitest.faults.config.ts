import { defineConfig } from 'vitest/config';

/** `npm run test:faults`: one fault after the other, on one stack. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
