/** Installs what `npm pack` makes of each package into an Amplify project outside this repository, and uses it there. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packPackages } from '../../pack/pack-packages.js';
import { PUBLISHED, readManifest } from '../../pack/published-manifest.js';
import { packagesUsedIn } from '../../support/package-imports.js';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const APP = join(REPOSITORY, 'packages/testing/app');
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'packed-')));
const project = join(scratch, 'project');
const installed = join(project, 'node_modules/@vpc-postgres');

/** What `npm create amplify` installs, in the versions of this repository. */
const AMPLIFY_PROJECT = [
  '@aws-amplify/backend',
  '@aws-amplify/backend-cli',
  'aws-cdk-lib',
  'constructs',
  'esbuild',
  'tsx',
  'typescript',
];

beforeAll(() => {
  const packed = join(scratch, 'packed');
  mkdirSync(packed);
  writeProject(packPackages(REPOSITORY, packed));
  // From npm's cache where it has a package: the first time, a thousand of them are downloaded.
  const flags = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  expect(run('npm', 'install', ...flags)).toMatchObject({ status: 0 });
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('the packages hold JavaScript and declarations, and no TypeScript sources', () => {
  for (const name of PUBLISHED) {
    const files = readdirSync(join(installed, name), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json']));
    // A declaration that leads to a file of another package would be broken in an installation.
    const declarations = files.filter((file) => file.endsWith('.d.ts')).map((file) => join(installed, name, file));
    expect(declarations.length).toBeGreaterThan(0);
    expect(declarations.filter((file) => /packages\/|\/src\//.test(importsIn(file)))).toEqual([]);
  }
});

test('each package declares what its modules load, and depends on the others in this version', () => {
  for (const name of PUBLISHED) {
    const folder = join(installed, name);
    const manifest = readManifest(folder);
    const { dependencies = {}, peerDependencies } = manifest;
    const declared = Object.keys({ ...dependencies, ...peerDependencies });
    const used = packagesUsedIn(['dist', 'bin'].map((part) => join(folder, part)).filter((part) => existsSync(part)));
    expect(used.size).toBeGreaterThan(0);
    expect([...used].filter((one) => one !== manifest.name && !declared.includes(one))).toEqual([]);
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('private');
    for (const [dependency, version] of Object.entries(dependencies)) {
      if (dependency.startsWith('@vpc-postgres/')) expect(version).toBe(manifest.version);
    }
  }
});

test('the project type-checks against the declarations', () => {
  expect(npx('tsc', '--noEmit')).toMatchObject({ status: 0, stdout: '' });
});

test('npx vpc-postgres-synth writes the templates of an environment', () => {
  const out = join(scratch, 'templates');
  expect(npx('vpc-postgres-synth', '--environment', 'example', '--out', out)).toMatchObject({ status: 0 });
  expect(readdirSync(out).filter((file) => file.endsWith('.template.json')).length).toBeGreaterThan(1);
});

test('npx vpc-postgres-local start --once writes an order through the local stack and reads it', () => {
  const result = npx('vpc-postgres-local', 'start', '--once');
  expect(result).toMatchObject({ status: 0 });
  expect(JSON.parse(result.stdout)).toMatchObject({ ok: true });
});

test('npx vpc-postgres-local migrate-check applies the migrations', () => {
  expect(npx('vpc-postgres-local', 'migrate-check')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^ok {2}0000-[\s\S]*applied to an empty PostgreSQL/),
  });
});

test('npx vpc-postgres-local rejects an unknown command, and lists those that there are', () => {
  expect(npx('vpc-postgres-local', 'serve')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^Unknown command "serve"\.[\s\S]*migrate-check/),
  });
});

test('npx vpc-postgres --help lists the commands', () => {
  expect(npx('vpc-postgres', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('lint-templates') });
});

test('npx vpc-postgres sbom lists what is bundled from the packages, with the hashes of the lockfile', () => {
  const result = npx('vpc-postgres', 'sbom');
  expect(result).toMatchObject({ status: 0, stderr: '' });
  const { components }: { components: { name: string; group?: string; hashes: unknown[] }[] } = JSON.parse(
    result.stdout,
  );
  const names = components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
  expect(names).toEqual(expect.arrayContaining(['orders-api', 'migrations', '@vpc-postgres/lambda', 'pg']));
  expect(components.every(({ hashes }) => hashes.length === 1)).toBe(true);
});

/** An Amplify project as its owner writes it: the app's files, and configuration that knows nothing of this repository. */
function writeProject(tarballs: readonly string[]): void {
  mkdirSync(project);
  for (const name of ['amplify', 'src', 'local.config.ts', 'cdk.context.json', '.squawk.toml']) {
    cpSync(join(APP, name), join(project, name), { recursive: true });
  }
  const versions = readManifest(REPOSITORY).devDependencies;
  writeJson('package.json', {
    type: 'module',
    devDependencies: {
      ...Object.fromEntries(AMPLIFY_PROJECT.map((name) => [name, versions?.[name]])),
      ...Object.fromEntries(PUBLISHED.map((name, index) => [`@vpc-postgres/${name}`, `file:${tarballs[index]}`])),
    },
  });
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'es2024.string'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    resolveJsonModule: true,
  };
  writeJson('tsconfig.json', { compilerOptions, include: ['amplify', 'src', 'local.config.ts'] });
}

const npx = (...args: string[]) => run('npx', '--no-install', ...args);

function run(command: string, ...args: string[]) {
  const env = { ...process.env, NODE_OPTIONS: '', AWS_ACCESS_KEY_ID: undefined, AWS_PROFILE: undefined };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const importsIn = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from |import\()["'](\.[^"']*)/g)].map(([, path]) => path).join('\n');

function writeJson(name: string, value: unknown): void {
  writeFileSync(join(project, name), JSON.stringify(value, null, 2));
}
