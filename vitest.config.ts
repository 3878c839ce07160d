import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { keepTemporaryFilesInMemory } from './packages/testing/support/temporary-files.js';

keepTemporaryFilesInMemory();

/** The app's tests of a ring, and those of every package. */
const filesOf = (ring: string) => [`test/${ring}/**/*.test.ts`, `packages/*/test/${ring}/**/*.test.ts`];

/** A new PostgreSQL cluster takes most of the start of a stack: one is made, and copied. */
const NEW_CLUSTER = 'packages/testing/support/new-cluster/make-once.ts';

/** After each test of what starts parts of the stack. Setup files run for every test file, whatever it shares with others. */
const SECRET_SEARCH = 'packages/testing/support/secrets/after-each.ts';

/** Of what starts parts of the stack, which heeds nothing that the shell says of PostgreSQL. */
export const STACK_SETUP = ['packages/local-stack/src/forget-postgres-variables.ts', SECRET_SEARCH];

/** Tests that compute all the time: one worker for each core. */
const computing = { maxWorkers: availableParallelism(), sequence: { groupOrder: 0 } };

/** Tests that wait for other processes half of the time: more workers than cores. */
const waiting = { maxWorkers: Math.ceil(availableParallelism() * 1.5), sequence: { groupOrder: 1 } };

/** Tests that start parts of the stack. */
const onTheStack = {
  globalSetup: NEW_CLUSTER,
  setupFiles: STACK_SETUP,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** One project per ring of tests, so that `npm test -- --project unit` runs in seconds. */
export const projects = [
  {
    test: {
      name: 'unit',
      include: filesOf('unit'),
      ...computing,
      // Loading the same modules for each of a hundred files takes longer than the tests.
      isolate: false,
      // Some start a command line: a bound for what hangs, not for what is slow on a busy machine.
      testTimeout: 30_000,
    },
  },
  {
    test: {
      name: 'infra',
      include: filesOf('infra'),
      ...computing,
      // Loading the CDK and Amplify takes seconds: the files share one load.
      isolate: false,
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  },
  {
    test: {
      name: 'integration',
      include: filesOf('integration'),
      ...waiting,
      ...onTheStack,
      // As above: AppSync's schema, pg, the bundler and the local stack take a second to load.
      isolate: false,
    },
  },
];

/** The rings of the local stack itself: `npm run test:local`. */
export const localProjects = [
  {
    test: {
      name: 'local',
      include: filesOf('local'),
      ...waiting,
      ...onTheStack,
      isolate: false,
    },
  },
  {
    test: {
      name: 'browser',
      include: filesOf('browser'),
      ...computing,
      ...onTheStack,
    },
  },
];

export default defineConfig({
  test: {
    projects,
  },
});
