/** Defines how the tests of the packages run: the projects of `npm test`, and the long suites that are scripts of a package. */
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { keepTemporaryFilesInMemory } from '../support/temporary-files.js';

keepTemporaryFilesInMemory();

const REPOSITORY = join(import.meta.dirname, '../../..');

/** A new PostgreSQL cluster takes most of the start of a stack: one is made, and copied. */
const NEW_CLUSTER = join(import.meta.dirname, '../support/new-cluster/make-once.ts');

/** For tests that start parts of the stack: no PostgreSQL variable of the shell, and a search for secrets after each test. */
const STACK_SETUP = [
  join(REPOSITORY, 'packages/local-stack/src/forget-postgres-variables.ts'),
  join(import.meta.dirname, '../support/secrets/after-each.ts'),
];

/** Tests that compute all the time: one worker for each core. */
const computing = { maxWorkers: availableParallelism(), sequence: { groupOrder: 0 } };

/** Tests that wait for other processes half of the time: more workers than cores. The app's own are among them. */
export const packageStackGroup = { maxWorkers: availableParallelism() * 2, sequence: { groupOrder: 1 } };

/** Tests that start parts of the stack. */
const onTheStack = {
  globalSetup: NEW_CLUSTER,
  setupFiles: STACK_SETUP,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** What a folder of a package's test/ needs, and what its project's name ends in. */
const SUITES = {
  // Loading the same modules for each of a hundred files takes longer than the tests. Some start a command line: the timeout
  // is a bound for what hangs, not for what is slow on a busy machine.
  unit: { suffix: '', settings: { ...computing, isolate: false, testTimeout: 30_000 } },
  // This repository's own documents and workflows.
  repository: { suffix: '-repository', settings: { ...computing, isolate: false, testTimeout: 60_000 } },
  // Loading the CDK and Amplify takes seconds: the files share one load.
  infra: { suffix: '-infra', settings: { ...computing, isolate: false, testTimeout: 60_000, hookTimeout: 60_000 } },
  // As above: AppSync's schema, pg, the bundler and the local stack take a second to load.
  integration: { suffix: '-stack', settings: { ...packageStackGroup, ...onTheStack, isolate: false } },
  // The parts of the local stack, and its pages in Chromium.
  local: { suffix: '-parts', settings: { ...packageStackGroup, ...onTheStack, isolate: false } },
  browser: { suffix: '-browser', settings: { ...computing, ...onTheStack } },
} as const;

type Suite = keyof typeof SUITES;

/** A project for each of these folders that the package has. Those of a package are `--project 'NAME*'` together. */
function projectsOf(name: string, suites: readonly Suite[]): TestProjectConfiguration[] {
  return suites
    .filter((suite) => existsSync(join(REPOSITORY, 'packages', name, 'test', suite)))
    .map((suite) => ({
      test: {
        name: `${name}${SUITES[suite].suffix}`,
        include: [`packages/${name}/test/${suite}/**/*.test.ts`],
        ...SUITES[suite].settings,
      },
    }));
}

/** The quick tests of every package: part of `npm test`. */
export const packageProjects = readdirSync(join(REPOSITORY, 'packages')).flatMap((name) =>
  projectsOf(name, ['unit', 'repository', 'infra', 'integration']),
);

/** A long suite whose files can run beside each other. Run from the root of the repository. */
export function slowSuites(name: string, suites: readonly Suite[]) {
  return defineConfig({ test: { projects: projectsOf(name, suites) } });
}

/** A long suite whose files run one after the other, so that each has the machine to itself. Run from the root. */
export function serialSuite(include: string, timeouts: { testTimeout: number; hookTimeout: number }) {
  return defineConfig({ test: { include: [include], setupFiles: STACK_SETUP, fileParallelism: false, ...timeouts } });
}
