import { defineConfig } from 'vitest/config';

/** One project per ring of tests, so that `npm test -- --project unit` runs in a second. */
export const projects = [
  {
    test: {
      name: 'unit',
      include: ['test/unit/**/*.test.ts'],
      // Loading the same modules for each of a hundred files takes longer than the tests.
      isolate: false,
      // Some start a command line: a bound for what hangs, not for what is slow on a busy machine.
      testTimeout: 30_000,
    },
  },
  {
    test: {
      name: 'infra',
      include: ['test/infra/**/*.test.ts'],
      // Loading the CDK and Amplify takes seconds: the files share one load.
      isolate: false,
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  },
  {
    test: {
      name: 'integration',
      include: ['test/integration/**/*.test.ts'],
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  },
  { test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
];

export default defineConfig({
  test: {
    // The tests wait for processes more than they compute; vitest's own default leaves a core idle.
    maxWorkers: '100%',
    projects,
  },
});
