import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { defineConfig } from 'vitest/config';
import { localProjects, projects } from './vitest.config.js';

/** `npm run test:exhaustive`: the files that take a few cases in `npm test` and `npm run test:local`, with all of them. */
const takesFew = (file: string) => CHOICE.test(readFileSync(file, 'utf8'));

/** The app's folder of tests, and that of each package which is there. */
const FOLDERS = ['test', ...readdirSync('packages').map((name) => posix.join('packages', name, 'test'))];

/** What makes the choice, and what makes it for those that import it. */
const CHOICE = /support\/(exhaustive|synthesize|example-synthesis)\.js'/;

const filesOf = (ring: string) =>
  FOLDERS.map((folder) => posix.join(folder, ring))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => posix.join(folder, name.replaceAll('\\', '/'))),
    )
    .filter(takesFew);

export default defineConfig({
  test: {
    provide: { exhaustive: true },
    projects: [...projects, ...localProjects].map(({ test }) => ({ test: { ...test, include: filesOf(test.name) } })),
  },
});
