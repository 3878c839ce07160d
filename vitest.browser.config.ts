import { defineConfig } from 'vitest/config';
import { NEW_CLUSTER, SECRET_SEARCH } from './vitest.config.js';

export const browser = {
  test: {
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    globalSetup: NEW_CLUSTER,
    setupFiles: SECRET_SEARCH,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

/** `npm run test:browser`: the pages of `npm start`, in Chromium. */
export default defineConfig({ test: { maxWorkers: '100%', projects: [browser] } });
