/** Adds to the package.json of an app what the packages need. What is there stays. */
import { addJson, appendJson, readJson } from '../generate/edit-json.js';
import type { CopiedPackage } from './copied-packages.js';
import type { Obstacle } from './refusal.js';

/** What npm run starts in an app; the second name is taken where the app has a script of the first. */
const SCRIPTS = [
  ['start', 'start:local', 'node --import tsx packages/local-stack/src/start.ts'],
  ['test', 'test:backend', 'vitest run'],
  ['check', 'check:backend', 'tsc --noEmit --skipLibCheck --project amplify'],
  ['synth', 'synth:backend', 'node --import tsx packages/backend/src/synth/synth.ts'],
  ['db:token', 'db:iam-token', 'node --import tsx packages/operator/src/db-token.ts'],
  ['user:token', 'user:local-token', 'node --import tsx packages/local-stack/src/cognito/user-token.ts'],
  ['migrate:new', 'postgres:migrate:new', 'node --import tsx packages/operator/src/migrate-new.ts'],
  ['migrate:check', 'postgres:migrate:check', 'node --import tsx packages/local-stack/src/migrate-check.ts'],
] as const;

/** Of the starter's own package.json: what an app needs beside the packages' own dependencies. */
const NEEDED = [
  '@aws-amplify/backend',
  '@aws-amplify/backend-cli',
  '@aws-amplify/data-schema',
  '@types/node',
  'aws-cdk-lib',
  'constructs',
  'esbuild',
  'graphql',
  'tsx',
  'typescript',
  'vitest',
];

/** An app and the packages share objects of these: a second copy of one fails `instanceof`. */
const ONE_COPY = ['@aws-amplify/backend', 'aws-cdk-lib', 'constructs', 'graphql'];

export interface VersionConflict {
  readonly name: string;
  /** What the app's package.json says. */
  readonly got: string;
  /** What the packages were tested with. */
  readonly expected: string;
  /** Whether the app does not work until it is resolved. Otherwise npm installs both. */
  readonly mustResolve: boolean;
}

export interface EditedManifest {
  readonly text: string;
  /** The name that each of the scripts got. */
  readonly scripts: Readonly<Record<(typeof SCRIPTS)[number][0], string>>;
  readonly conflicts: readonly VersionConflict[];
  /** What is left to a person. */
  readonly left: readonly string[];
}

type Versions = Readonly<Record<string, string>>;

/** @param starter the text of the starter's package.json */
export function editManifest(
  manifest: string,
  starter: string,
  packages: readonly CopiedPackage[],
): EditedManifest | Obstacle[] {
  const app = readJson(manifest);
  if (app === undefined) return [{ file: 'package.json', reason: 'is no JSON object', fix: 'correct it' }];
  const { workspaces } = app;
  if (workspaces !== undefined && !Array.isArray(workspaces)) {
    const fix = 'write a list of folders: "workspaces": ["packages/*"]';
    return [{ file: 'package.json', reason: 'its workspaces are no list', fix }];
  }
  const { devDependencies = {}, overrides = {} } = readJson(starter) as Record<string, Versions>;
  const own = { ...(app.devDependencies as Versions), ...(app.dependencies as Versions) };
  const added = NEEDED.filter((name) => !Object.hasOwn(own, name)).map(
    (name) => [name, devDependencies[name]] as const,
  );
  const scripts = chooseScripts((app.scripts ?? {}) as Versions);
  const text = [
    ...packages
      .filter(({ name }) => name.endsWith('/lambda'))
      .map(({ name, version }) => ['dependencies', name, version]),
    ...packages
      .filter(({ name }) => !name.endsWith('/lambda'))
      .map(({ name, version }) => ['devDependencies', name, version]),
    ...added.map(([name, version]) => ['devDependencies', name, version]),
    ...scripts.map(([, name, command]) => ['scripts', name, command]),
  ].reduce(
    (result, [group = '', name = '', value]) => addJson(result, [group, name], value),
    withWorkspaces(manifest, workspaces ?? []),
  );
  return {
    text: Object.entries(overrides).reduce(
      (result, [name, value]) => addJson(result, ['overrides', name], value),
      text,
    ),
    scripts: Object.fromEntries(scripts.map(([script, name]) => [script, name])) as EditedManifest['scripts'],
    conflicts: NEEDED.flatMap((name) => conflictOf(name, own[name], devDependencies[name])),
    left: overridesLeft(overrides, (app.overrides ?? {}) as Versions),
  };
}

function withWorkspaces(manifest: string, workspaces: readonly string[]): string {
  if (workspaces.includes('packages/*')) return manifest;
  const folders =
    workspaces.length === 0
      ? ['packages/*']
      : ['lambda', 'backend', 'local-stack', 'operator'].map((name) => `packages/${name}`);
  return folders.reduce((text, folder) => appendJson(text, ['workspaces'], folder), manifest);
}

function chooseScripts(own: Versions): [script: string, name: string, command: string][] {
  return SCRIPTS.map(([script, other, command]) => [script, Object.hasOwn(own, script) ? other : script, command]);
}

function conflictOf(name: string, got: string | undefined, expected = ''): VersionConflict[] {
  return got === undefined || admits(got, expected)
    ? []
    : [{ name, got, expected, mustResolve: ONE_COPY.includes(name) }];
}

/** Whether a range of package.json, as npm writes one, admits a version. Another kind of range is not known to. */
export function admits(range: string, version: string): boolean {
  if (range === '*' || range === 'latest' || range === version) return true;
  const [, operator, ...parts] = /^([~^]?)(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(range) ?? [];
  if (operator === undefined) return false;
  const [major = 0, minor = 0, patch = 0] = parts.map((part) => Number(part ?? 0));
  const given = parts.filter((part) => part !== undefined).length;
  const [itsMajor = 0, itsMinor = 0, itsPatch = 0] = version.split('.').map(Number);
  const isAtLeast = itsMinor > minor || (itsMinor === minor && itsPatch >= patch);
  if (itsMajor !== major) return false;
  if (operator === '^' && major > 0) return isAtLeast;
  if (operator === '' && given === 3) return false;
  return given === 1 || (itsMinor === minor && itsPatch >= patch);
}

function overridesLeft(overrides: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(overrides)
    .filter(([name, value]) => Object.hasOwn(own, name) && JSON.stringify(own[name]) !== JSON.stringify(value))
    .map(
      ([name, value]) =>
        `package.json overrides ${name} already. Make it ${JSON.stringify(value)}: docs/upgrade.md of the starter says why.`,
    );
}
