import { defineConfig } from 'vitest/config';

/** Run by failing-output.test.ts, and by nobody else: every test of it fails. */
export default defineConfig({
  test: { include: ['test/stress/failing/*.failing.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
