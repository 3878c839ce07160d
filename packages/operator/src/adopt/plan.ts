/** Plans an adoption: every file that changes, and everything that stands in the way. Writes nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { nextFileName } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import { listMigrations } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { addField, FUNCTIONS, LOCAL_CONFIG, listFunction, MIGRATIONS, SCHEMA } from '../generate/app-files.js';
import { Changes } from '../generate/changes.js';
import { functionField, functionHandlerFile, resourceFile } from '../generate/function-files.js';
import { readName } from '../generate/names.js';
import { tsconfigsIn } from '../generate/tsconfig-globs.js';
import * as files from './app-files.js';
import { checkFolder, isIgnored } from './check-folder.js';
import { type CopiedPackage, PACKAGES, readPackages } from './copied-packages.js';
import { combineSchemas } from './edit-data.js';
import { type EditedManifest, editManifest } from './edit-manifest.js';
import { AMPLIFY_TSCONFIG, leaveOutBackend, widenBackend } from './edit-tsconfig.js';
import { BACKEND, readBackend } from './read-backend.js';
import { AdoptionRefused, type Obstacle } from './refusal.js';
import { addSteps } from './steps.js';

export interface Adoption {
  readonly into: string;
  readonly starter: string;
  readonly changes: Changes;
  readonly packages: readonly CopiedPackage[];
  readonly manifest: EditedManifest;
  /** What is left to a person because of how the app is written. */
  readonly left: readonly string[];
}

const DATA = 'amplify/data/resource.ts';
const AMPLIFY_CONFIG = 'amplify/tsconfig.json';
/** Its field, databaseTime, shows the whole path before there is a domain. */
const FIRST_FUNCTION = readName('database-time', 'a function');
const FIRST_FOLDER = `amplify/functions/${FIRST_FUNCTION.kebab}`;

/** A path that git must not get, by the line of .gitignore that says so. */
const IGNORED = {
  'node_modules/': 'node_modules/a',
  '.amplify/': '.amplify/a',
  'amplify_outputs*': 'amplify_outputs.json',
  'cdk.out/': 'cdk.out/a',
  '.local/': '.local/a',
};

/**
 * @param into the folder of the app
 * @param starter the root of a clone of the starter
 * @throws AdoptionRefused with everything that stands in the way; CommandError where the starter is no clone
 */
export function planAdoption(into: string, starter: string): Adoption {
  const packages = readPackages(starter);
  refuse(into, checkFolder(into));
  const changes = new Changes(into);
  const backend = readBackend(into, changes.read(BACKEND) ?? '');
  const manifest = editManifest(
    changes.read('package.json') ?? '',
    readFileSync(join(starter, 'package.json'), 'utf8'),
    packages,
  );
  const obstacles = [...obstaclesIn(backend), ...obstaclesIn(manifest), ...obstaclesIn(planFiles(changes))];
  if (Array.isArray(backend) || Array.isArray(manifest)) throw new AdoptionRefused(into, obstacles);
  const data = planData(changes, backend.dataFile);
  refuse(into, [...obstacles, ...obstaclesIn(data)]);

  changes.write(BACKEND, addSteps(backend));
  changes.write('package.json', manifest.text);
  planSettings(changes, manifest);
  planFirstFunction(changes);
  const left = [...manifest.left, ...leftIn(data), ...leftToTools(into)];
  return { into, starter, changes, packages, manifest, left };
}

function refuse(into: string, obstacles: readonly Obstacle[]): void {
  if (obstacles.length > 0) throw new AdoptionRefused(into, obstacles);
}

const obstaclesIn = (result: object): readonly Obstacle[] => (Array.isArray(result) ? result : []);
const leftIn = (result: object): readonly string[] => ('left' in result ? (result.left as readonly string[]) : []);

/** The app's own files. @returns those that are in the way */
function planFiles(changes: Changes): Obstacle[] {
  const wanted: Record<string, string> = {
    'amplify/environments.ts': files.environmentsFile(),
    [FUNCTIONS]: files.FUNCTIONS_FILE,
    [SCHEMA]: files.SCHEMA_FILE,
    [LOCAL_CONFIG]: files.LOCAL_CONFIG_FILE,
  };
  const inTheWay = Object.entries(wanted).filter(([path, text]) => ![undefined, text].includes(changes.read(path)));
  const folders = [...PACKAGES.map((name) => `packages/${name}`), FIRST_FOLDER];
  const taken = folders.filter((path) => existsSync(join(changes.project, path)));
  for (const [path, text] of Object.entries(wanted)) changes.write(path, text);
  planMigration(changes);
  return [...inTheWay.map(([path]) => path), ...taken].map((file) => ({
    file,
    reason: 'is there already, with other content, where the starter has a file or folder of its own',
    fix: 'move it to another name, and correct what imports it',
  }));
}

function planFirstFunction(changes: Changes): void {
  changes.write(`${FIRST_FOLDER}/resource.ts`, resourceFile(FIRST_FUNCTION, true));
  changes.write(`${FIRST_FOLDER}/handler.ts`, functionHandlerFile(FIRST_FUNCTION, true));
  listFunction(changes, FIRST_FUNCTION, true);
  addField(changes, functionField(FIRST_FUNCTION, true));
}

/** Identity is what the policies of every table ask for. */
function planMigration(changes: Changes): void {
  const folder = join(changes.project, MIGRATIONS);
  const names = existsSync(folder) ? listMigrations(folder) : [];
  if (names.some((name) => name.endsWith('-identity.sql'))) return;
  const name = names.length === 0 ? '0000-identity.sql' : nextFileName(names, 'identity');
  changes.write(`${MIGRATIONS}/${name}`, files.identityMigration());
}

function planData(changes: Changes, dataFile: string | undefined): object {
  if (dataFile !== undefined) {
    const toData = posix.relative(posix.dirname(dataFile), 'amplify/data') || '.';
    const edited = combineSchemas(changes.read(dataFile) ?? '', dataFile, toData);
    if (!Array.isArray(edited)) changes.write(dataFile, edited.text);
    return edited;
  }
  if (changes.read(DATA) !== undefined) {
    const fix = `list data in defineBackend, in ${BACKEND}, or delete the file`;
    return [{ file: DATA, reason: `is there, and ${BACKEND} does not deploy it`, fix }];
  }
  changes.write(DATA, files.DATA_FILE);
  return {};
}

/** What is written where the app has none of its own, and lists of which a line is missing. */
function planSettings(changes: Changes, { scripts }: EditedManifest): void {
  const unlessThere = (path: string, text: string) => changes.read(path) ?? changes.write(path, text);
  unlessThere('cdk.context.json', files.cachedContext());
  unlessThere('.squawk.toml', files.squawkSettings());
  unlessThere('amplify/package.json', '{\n  "type": "module"\n}\n');
  const config = changes.read(AMPLIFY_CONFIG);
  changes.write(AMPLIFY_CONFIG, config === undefined ? AMPLIFY_TSCONFIG : widenBackend(config));
  for (const name of tsconfigsIn(changes.project)) changes.write(name, leaveOutBackend(changes.read(name) ?? '{}'));
  if (scripts.test === 'test') unlessThere('vitest.config.ts', files.VITEST_CONFIG_FILE);

  const lines = Object.entries(IGNORED).filter(([, path]) => !isIgnored(changes.project, path));
  const before = changes.read('.gitignore') ?? '';
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  if (lines.length > 0) changes.write('.gitignore', `${before}${gap}${lines.map(([line]) => `${line}\n`).join('')}`);
}

/** Tools whose settings are code, or are the app's own matter. */
function leftToTools(into: string): string[] {
  const has = (...names: string[]) => names.find((name) => existsSync(join(into, name)));
  const eslint = has(
    'eslint.config.js',
    'eslint.config.mjs',
    'eslint.config.ts',
    '.eslintrc.json',
    '.eslintrc.cjs',
    '.eslintrc.js',
  );
  return [
    ...(eslint === undefined ? [] : [`Leave packages/ out of ESLint, in ${eslint}: ignores: ['packages'].`]),
    ...(has('amplify.yml') === undefined
      ? []
      : ['amplify.yml needs no change. Before npx ampx pipeline-deploy, let it run the type check and the tests.']),
  ];
}
