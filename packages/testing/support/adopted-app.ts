/** Makes an Amplify app in a folder of its own, with its git history, for `vpc-postgres adopt` of this clone to work on. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { type CommandRun, linkDependencies, runCommand } from './adopter-project.js';
import type { Layout } from './amplify-layouts.js';

const OPERATOR = join(import.meta.dirname, '../../operator/bin/vpc-postgres.mjs');

export interface AmplifyApp {
  readonly folder: string;
  /** `vpc-postgres adopt --into` this app. */
  adopt(...options: readonly string[]): { status: number | null; stdout: string; stderr: string };
  /** In place of npm install: the packages of the registry are this repository's. */
  linkDependencies(): void;
  /** Adds an environment with the values of `example`. */
  fillIn(environment: string): void;
  run(command: string, ...args: readonly string[]): CommandRun;
  read(path: string): string;
  /** Those that differ from the last commit, by path. */
  changedFiles(): string[];
  forgetGit(): void;
  commit(): void;
  remove(): void;
}

export function writeAmplifyLayout(layout: Layout): AmplifyApp {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'amplify-app-')));
  const folder = join(scratch, 'my-app');
  for (const [path, text] of Object.entries(layout)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.com'];
  const git = (...args: string[]) => execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' });
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'The app');
  };
  git('init', '--quiet');
  commit();
  return {
    folder,
    adopt: (...options) =>
      spawnSync(process.execPath, [OPERATOR, 'adopt', '--into', folder, ...options], { encoding: 'utf8' }),
    linkDependencies: () => linkDependencies(folder, folder),
    fillIn: (environment) => {
      const file = join(folder, 'amplify/environments.ts');
      const text = readFileSync(file, 'utf8');
      const example = /\n {2}example: (\{\n[\s\S]*?\n {2}\},\n)/.exec(text)?.[1];
      if (example === undefined) throw new Error(`${file} has no environment "example".`);
      writeFileSync(file, text.replace(/\n\};\n$/, `\n\n  ${environment}: ${example}};\n`));
    },
    run: (command, ...args) => runCommand(folder, command, args),
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    changedFiles: () =>
      git('status', '--porcelain', '--untracked-files=all')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.slice(3))
        .toSorted(),
    forgetGit: () => rmSync(join(folder, '.git'), { recursive: true }),
    commit,
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
