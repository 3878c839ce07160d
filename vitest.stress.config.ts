import { defineConfig } from 'vitest/config';

/** `npm run test:stress`: the long runs, one after the other, so that each has the machine to itself. */
export default defineConfig({
  test: {
    include: ['test/stress/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
