/** Installs what `npm pack` makes of each package into an Amplify project outside this repository, and uses it there. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PUBLISHED, packPackages } from '../../pack/pack-packages.js';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const APP = join(REPOSITORY, 'packages/testing/app');
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'packed-')));
const project = join(scratch, 'project');
const installed = join(project, 'node_modules/@vpc-postgres');

beforeAll(() => {
  const packed = join(scratch, 'packed');
  mkdirSync(packed);
  const tarballs = packPackages(REPOSITORY, packed);
  writeProject();
  linkDependencies();
  for (const [index, name] of PUBLISHED.entries()) {
    const folder = join(installed, name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', tarballs[index] ?? '', '--strip-components=1', '-C', folder]);
  }
  symlinkSync('../@vpc-postgres/operator/bin/vpc-postgres.mjs', join(project, 'node_modules/.bin/vpc-postgres'));
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

test('each dependency of a package is installed, and the packages depend on each other in this version', () => {
  for (const name of PUBLISHED) {
    const manifest = JSON.parse(readFileSync(join(installed, name, 'package.json'), 'utf8'));
    const dependencies = Object.keys(manifest.dependencies);
    expect(dependencies.length).toBeGreaterThan(0);
    expect(dependencies.filter((dependency) => !existsSync(join(project, 'node_modules', dependency)))).toEqual([]);
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('private');
    for (const [dependency, version] of Object.entries(manifest.dependencies)) {
      if (dependency.startsWith('@vpc-postgres/')) expect(version).toBe(manifest.version);
    }
  }
});

test('the project type-checks against the declarations', () => {
  expect(run('npx', '--no-install', 'tsc', '--noEmit')).toMatchObject({ status: 0, stdout: '' });
});

test('the project synthesizes', () => {
  const out = join(scratch, 'templates');
  expect(run('npm', 'run', '-s', 'synth', '--', '--environment', 'example', '--out', out)).toMatchObject({ status: 0 });
  expect(readdirSync(out).filter((file) => file.endsWith('.template.json')).length).toBeGreaterThan(1);
});

test('the local stack starts, writes an order and reads it', () => {
  const result = run('npm', 'run', '-s', 'start', '--', '--once');
  expect(result).toMatchObject({ status: 0 });
  expect(JSON.parse(result.stdout)).toMatchObject({ ok: true });
});

test('the command line shows its help', () => {
  expect(run('npx', '--no-install', 'vpc-postgres', '--help')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('lint-templates'),
  });
});

/** An Amplify project as its owner writes it: the app's files, and configuration that knows nothing of this repository. */
function writeProject(): void {
  mkdirSync(project);
  for (const name of ['amplify', 'src', 'local.config.ts', 'cdk.context.json', '.squawk.toml']) {
    cpSync(join(APP, name), join(project, name), { recursive: true });
  }
  const start = 'node --import tsx node_modules/@vpc-postgres/local-stack/dist/start.js';
  const synth = 'node --import tsx node_modules/@vpc-postgres/backend/dist/synth/synth.js';
  writeJson('package.json', { name: 'by-hand', version: '1.0.0', type: 'module', scripts: { start, synth } });
  // npm writes it when it installs; the CDK looks for it, to find the root of the project.
  writeJson('package-lock.json', { name: 'by-hand', version: '1.0.0', lockfileVersion: 3, packages: {} });
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

/**
 * Instead of an installation of 600 packages, each one that the repository has is linked: the versions are the same. Only
 * @vpc-postgres is left out, and comes from the tarballs.
 */
function linkDependencies(): void {
  const from = join(REPOSITORY, 'node_modules');
  const to = join(project, 'node_modules');
  for (const entry of readdirSync(from)) {
    if (entry === '@vpc-postgres' || (entry.startsWith('.') && entry !== '.bin')) continue;
    if (entry !== '.bin' && !entry.startsWith('@')) {
      mkdirSync(to, { recursive: true });
      symlinkSync(join(from, entry), join(to, entry));
      continue;
    }
    mkdirSync(join(to, entry), { recursive: true });
    for (const name of readdirSync(join(from, entry))) {
      if (name !== 'vpc-postgres') symlinkSync(join(from, entry, name), join(to, entry, name));
    }
  }
  // A version that only one package has, because another one is in the repository's own folder.
  for (const name of PUBLISHED) {
    const own = join(REPOSITORY, 'packages', name, 'node_modules');
    if (!existsSync(own)) continue;
    mkdirSync(join(installed, name), { recursive: true });
    symlinkSync(own, join(installed, name, basename(own)));
  }
}

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
