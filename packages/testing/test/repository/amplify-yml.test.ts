import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { missingScripts, scriptsRunBy } from './npm-scripts.js';

/** amplify.yml runs in Amplify Hosting alone; what can be said of it here is that it fits this repository. */
const REPOSITORY = join(import.meta.dirname, '../../../..');
const phase = z.object({ commands: z.array(z.string()) }).strict();
const buildSpecification = z
  .object({
    version: z.literal(1),
    backend: z.object({ phases: z.object({ preBuild: phase, build: phase }).strict() }).strict(),
    frontend: z.object({
      phases: z.object({ build: phase }).strict(),
      artifacts: z.object({ baseDirectory: z.string(), files: z.array(z.string()) }).strict(),
      cache: z.object({ paths: z.array(z.string()) }).strict(),
    }),
  })
  .strict();

const { backend, frontend } = buildSpecification.parse(load(readFileSync(join(REPOSITORY, 'amplify.yml'), 'utf8')));
const commands = [...backend.phases.preBuild.commands, ...backend.phases.build.commands];

test('chooses the Node.js of .nvmrc, installs, checks and tests, and only then deploys', () => {
  const inOrder = [/^nvm install$/, /^npm ci /, /^npm run check$/, /^npm test /, /^npx ampx pipeline-deploy /];

  expect(commands.map((command) => inOrder.findIndex((pattern) => pattern.test(command)))).toEqual([0, 1, 2, 3, 4]);
  expect(existsSync(join(REPOSITORY, '.nvmrc'))).toBe(true);
});

test('deploys the branch and app that Hosting names', () => {
  expect(commands.at(-1)).toContain('--branch $AWS_BRANCH --app-id $AWS_APP_ID');
});

test('runs npm scripts that exist, and of the tests the app’s alone', () => {
  const projects = commands.flatMap((command) => [...command.matchAll(/--project (\S+)/g)].map(([, name]) => name));

  expect(scriptsRunBy(commands)).toEqual(['check', 'test']);
  expect(missingScripts(commands)).toEqual([]);
  expect(projects).toEqual(['app']);
  expect(readFileSync(join(REPOSITORY, 'vitest.config.ts'), 'utf8')).toContain("name: 'app'");
});

test('keeps between builds the cache that npm ci fills', () => {
  const folder = /--cache (\S+)/.exec(commands.find((command) => command.startsWith('npm ci')) ?? '')?.[1];

  expect(frontend.cache.paths).toEqual([`${folder}/**/*`]);
});

test('publishes what the build of site/ writes', () => {
  const [folder, output] = frontend.artifacts.baseDirectory.split('/');
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, `${folder}/package.json`), 'utf8'));

  expect(frontend.phases.build.commands).toEqual(['npm run build -w site']);
  expect([folder, output, scripts.build]).toEqual(['site', 'dist', 'vite build']);
  expect(existsSync(join(REPOSITORY, 'site/index.html'))).toBe(true);
});
