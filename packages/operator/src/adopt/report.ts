/** Shows an adoption: the diff, what it creates and changes in short, and what is left to do. */
import { styleText } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import type { Adoption } from './plan.js';

/** The documented result of `--json`. */
export interface AdoptionResult {
  /** Whether the files were written. */
  readonly written: boolean;
  /** The folder of the app. */
  readonly into: string;
  readonly packages: readonly { readonly name: string; readonly version: string; readonly files: number }[];
  readonly created: readonly FileChange[];
  readonly changed: readonly FileChange[];
  /** Where the app's package.json asks for a version that the packages were not tested with. The app's own was kept. */
  readonly conflicts: Adoption['manifest']['conflicts'];
  readonly left: readonly string[];
}

export interface FileChange {
  readonly path: string;
  /** Unified. */
  readonly diff: string;
}

export function describeAdoption(adoption: Adoption, written: boolean): AdoptionResult {
  const { into, packages, changes, manifest } = adoption;
  const files = changes.edits.map(({ path, before, after }) => ({
    isNew: before === undefined,
    path,
    diff: createTwoFilesPatch(
      before === undefined ? '/dev/null' : `a/${path}`,
      `b/${path}`,
      before ?? '',
      after,
    ).replace(/^=+\n/, ''),
  }));
  const pick = (isNew: boolean) =>
    files.filter((file) => file.isNew === isNew).map(({ path, diff }) => ({ path, diff }));
  return {
    written,
    into,
    packages: packages.map(({ name, version, files: copied }) => ({ name, version, files: copied.length + 1 })),
    created: pick(true),
    changed: pick(false),
    conflicts: manifest.conflicts,
    left: stepsLeft(adoption),
  };
}

/** In the order in which to do them. */
function stepsLeft({ manifest, left }: Adoption): string[] {
  const { scripts, conflicts } = manifest;
  const npm = (script: keyof typeof scripts) => {
    const name = scripts[script];
    return name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
  };
  const upgrades = conflicts.filter(({ mustResolve }) => mustResolve);
  const versions = upgrades.map(({ name, expected }) => `${name}@${expected}`).join(' ');
  const reasons = upgrades.map(({ name, got }) => `${name} ${got}`).join(', ');
  return [
    ...(upgrades.length > 0
      ? [
          `npm install --save-dev ${versions}: package.json has ${reasons}, and the app and the packages must share one copy.`,
        ]
      : []),
    'npm install --ignore-scripts',
    `${npm('check')}, ${npm('synth')} -- --environment example, and ${npm('start')}: they need no AWS account. Then commit.`,
    'Fill in sandbox in amplify/environments.ts, and run packages/lambda/src/database/bootstrap.sql once in the database, as its master user.',
    'npx vpc-postgres new domain NAME writes a table with its query and mutation; the field databaseTime can then go.',
    'amplify/auth stays as it is, and so do the models in DynamoDB. The starter also hardens sign-in: vpcPostgres.hardenAuth.',
    ...left,
  ];
}

type Style = (kind: 'bold' | 'red' | 'green' | 'cyan' | 'yellow', text: string) => string;

/** @param colour whether a terminal shows it */
export function renderAdoption(result: AdoptionResult, colour: boolean): string {
  const style: Style = (kind, text) => (colour ? styleText(kind, text, { validateStream: false }) : text);
  const { packages, created, changed, conflicts } = result;
  return [
    ...[...created, ...changed].map(({ diff }) => renderDiff(diff, style)),
    style('bold', `${packages.length} packages are copied, as npm workspaces:`),
    ...packages.map(({ name, version, files }) => `  ${name} ${version}, ${files} files`),
    style('bold', `${created.length} files are new, and ${changed.length} change:`),
    ...created.map(({ path }) => `  new     ${path}`),
    ...changed.map(({ path }) => `  change  ${path}`),
    ...(conflicts.length === 0
      ? []
      : [style('yellow', 'The versions of package.json were kept. The packages were tested with others:')]),
    ...conflicts.map(
      ({ name, got, expected, mustResolve }) =>
        `  ${name} ${got}, tested with ${expected}${mustResolve ? ': must change' : ''}`,
    ),
  ].join('\n');
}

function renderDiff(diff: string, style: Style): string {
  const line = (text: string) => {
    if (/^(---|\+\+\+)/.test(text)) return style('bold', text);
    if (text.startsWith('@@')) return style('cyan', text);
    return text.startsWith('+') ? style('green', text) : text.startsWith('-') ? style('red', text) : text;
  };
  return diff.split('\n').map(line).join('\n');
}

export function renderSteps({ left }: AdoptionResult): string {
  return ['Left to do:', ...left.map((step, index) => `  ${index + 1}. ${step.replaceAll('\n', '\n     ')}`)].join(
    '\n',
  );
}
