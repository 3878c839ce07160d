/** What `adopt` refuses: it names the file, the reason and the fix, and writes nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type AmplifyApp, writeAmplifyLayout } from '@vpc-postgres/testing/support/adopted-app.js';
import { createAmplify, type Layout } from '@vpc-postgres/testing/support/amplify-layouts.js';
import { runHere } from '@vpc-postgres/testing/support/command-line.js';
import { sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterEach, expect, test, vi } from 'vitest';

// Each copies four hundred files.
vi.setConfig({ testTimeout: 60_000 });

let app: AmplifyApp;
afterEach(() => app?.remove());

const BACKEND = 'amplify/backend.ts';
const DATA = 'amplify/data/resource.ts';

const adopt = (...options: string[]) =>
  runHere({ file: join(import.meta.dirname, '../../run-cli.ts'), args: ['adopt', '--into', app.folder, ...options] });

const writeFile = (path: string, text: string) => {
  mkdirSync(dirname(join(app.folder, path)), { recursive: true });
  writeFileSync(join(app.folder, path), text);
};

const without = (path: string) => Object.fromEntries(Object.entries(createAmplify).filter(([name]) => name !== path));
const replaced = (path: string, from: string, to: string) => {
  const text = createAmplify[path] ?? '';
  expect(text).toContain(from);
  return { ...createAmplify, [path]: text.replace(from, to) };
};
const call = (to: string) => replaced(BACKEND, 'defineBackend({\n  auth,\n  data,\n});', to);

const REFUSED: readonly { what: string; layout: Layout; file: string; reason: string }[] = [
  { what: 'no amplify/backend.ts', layout: without(BACKEND), file: BACKEND, reason: 'is not there' },
  {
    what: 'no call of defineBackend',
    layout: call('export const backend = undefined;'),
    file: BACKEND,
    reason: 'calls defineBackend 0 times',
  },
  {
    what: 'a list of defineBackend that is elsewhere',
    layout: call('const parts = { auth, data };\ndefineBackend(parts);'),
    file: `${BACKEND}:9`,
    reason: 'defineBackend gets parts, and no list',
  },
  {
    what: 'a call of defineBackend in a function',
    layout: call('export const make = () => defineBackend({ auth, data });'),
    file: `${BACKEND}:8`,
    reason: 'the call of defineBackend is part of something else',
  },
  {
    what: 'an app that is adopted already',
    layout: replaced(
      BACKEND,
      'import { auth }',
      "import * as vpcPostgres from '@vpc-postgres/backend';\nimport { auth }",
    ),
    file: BACKEND,
    reason: 'the app is adopted already',
  },
  {
    what: 'no user pool',
    layout: call('defineBackend({ data });'),
    file: BACKEND,
    reason: 'defineBackend has no auth',
  },
  {
    what: 'a user pool that is defined elsewhere',
    layout: call('defineBackend({ auth: { ...auth }, data });'),
    file: BACKEND,
    reason: 'where auth is defined cannot be read',
  },
  {
    what: 'a name that the steps use',
    layout: call('const backend = defineBackend({ auth, data });\nconst stack = backend.createStack("own");'),
    file: `${BACKEND}:9`,
    reason: 'stack is a name that the steps of PostgreSQL use',
  },
  {
    what: 'a file in the way',
    layout: { ...createAmplify, 'amplify/data/schema.ts': 'export const schema = 1;\n' },
    file: 'amplify/data/schema.ts',
    reason: 'is there already, with other content',
  },
  {
    what: 'packages of the same name',
    layout: { ...createAmplify, 'packages/backend/package.json': '{}' },
    file: 'packages/backend',
    reason: 'is there already',
  },
  {
    what: 'a schema that cannot be read',
    layout: replaced(DATA, 'defineData({\n  schema,', 'defineData({\n  ...{ schema },'),
    file: `${DATA}:14`,
    reason: 'the schema of defineData cannot be read',
  },
  {
    what: 'another package manager',
    layout: { ...createAmplify, 'pnpm-lock.yaml': '' },
    file: 'pnpm-lock.yaml',
    reason: 'the app is installed with pnpm',
  },
];

test.each(sample(REFUSED, 3))(
  '$what is refused, with the file, and nothing is written',
  async ({ layout, file, reason }) => {
    app = writeAmplifyLayout(layout);

    const { status, stdout, stderr } = await adopt('--yes');

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`\n  ${file}: `);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('    Fix: ');
    expect(app.changedFiles()).toEqual([]);
  },
);

test('every obstacle is named at once, as text and as JSON', async () => {
  app = writeAmplifyLayout({
    ...replaced(BACKEND, 'defineBackend({', 'const network = 1;\nconst logs = 2;\ndefineBackend({'),
    'local.config.ts': 'export {};\n',
  });

  const { status, stdout } = await adopt('--yes', '--json');

  expect(status).toBe(2);
  const { written, obstacles } = JSON.parse(stdout);
  expect(written).toBe(false);
  expect(obstacles.map(({ file }: { file: string }) => file)).toEqual([
    `${BACKEND}:8`,
    `${BACKEND}:9`,
    'local.config.ts',
  ]);
});

test('changes that are not committed are refused by their names', async () => {
  app = writeAmplifyLayout(createAmplify);
  writeFile('amplify/new.ts', '');

  const { status, stderr } = await adopt('--yes');

  expect(status).toBe(2);
  expect(stderr).toContain('has changes that are not committed: amplify/new.ts');
  expect(app.changedFiles()).toEqual(['amplify/new.ts']);
});

test('a folder without git is refused', async () => {
  app = writeAmplifyLayout(createAmplify);
  app.forgetGit();

  const { status, stderr } = await adopt('--yes');

  expect(status).toBe(2);
  expect(stderr).toContain('is in no git work tree');
});

test('an app below other npm workspaces is refused', async () => {
  const layout = Object.fromEntries(Object.entries(createAmplify).map(([path, text]) => [`apps/web/${path}`, text]));
  app = writeAmplifyLayout({ ...layout, 'package.json': '{ "workspaces": ["apps/*"] }' });

  const { status, stderr } = await adopt('--into', join(app.folder, 'apps/web'), '--yes');

  expect(status).toBe(2);
  expect(stderr).toContain(`below the npm workspaces of ${app.folder}`);
});

test('without --yes nothing is written where nobody can be asked', async () => {
  app = writeAmplifyLayout(createAmplify);

  const { status, stdout, stderr } = await adopt();

  expect(status).toBe(2);
  expect(stdout).toContain('+export const backend = defineBackend({');
  expect(stderr).toContain('Run it again with --yes.');
  expect(app.changedFiles()).toEqual([]);
});

test('what was written before a failure is taken back', async () => {
  // The last that is written are the packages, and a file has the name of their folder.
  app = writeAmplifyLayout({ ...createAmplify, packages: 'a file\n' });

  const { status, stderr } = await adopt('--yes');

  expect(status).toBe(2);
  expect(stderr).toContain('What was written before was taken back.');
  expect(app.changedFiles()).toEqual([]);
});
