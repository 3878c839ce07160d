import { defineConfig } from 'vitest/config';
import { packageProjects, packageStackGroup } from './packages/testing/vitest/projects.js';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          // Yours: `npm test -- --project app`.
          name: 'app',
          include: ['test/**/*.test.ts'],
          setupFiles: 'packages/local-stack/src/forget-postgres-variables.ts',
          // Beside the tests of the packages that start the local stack, too.
          ...packageStackGroup,
          // A bound for what hangs: two of the files start the local stack.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...packageProjects,
    ],
  },
});
