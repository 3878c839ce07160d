/** Looks at the folder of an app before its files are read: git, the package manager, and whether it is a workspace itself. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJson } from '../generate/edit-json.js';
import type { Obstacle } from './refusal.js';

const BACKEND = 'amplify/backend.ts';
const SHOWN_FILES = 5;

/** Lockfiles of package managers that read neither `workspaces` nor `overrides` as npm does. */
const OTHER_LOCKFILES = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun', 'bun.lockb': 'bun' };

export function checkFolder(into: string): Obstacle[] {
  const missing = ['package.json', BACKEND].filter((file) => !existsSync(join(into, file)));
  if (missing.length > 0) {
    return missing.map((file) => ({
      file,
      reason: 'is not there',
      fix: 'name with --into the folder of an Amplify Gen 2 app, the one that holds amplify/; npm create amplify makes one',
    }));
  }
  return [...gitObstacles(into), ...packageManagerObstacles(into), ...workspaceObstacles(into)];
}

/** Whether git ignores a path of the app, which need not exist. */
export function isIgnored(into: string, path: string): boolean {
  return git(into, 'check-ignore', '--quiet', '--no-index', path).status === 0;
}

function gitObstacles(into: string): Obstacle[] {
  const { status, stdout } = git(into, 'status', '--porcelain', '--untracked-files=all', '--', '.');
  if (status !== 0) {
    const fix = 'git init && git add --all && git commit -m "Before PostgreSQL", so that git restore takes this back';
    return [{ file: '.', reason: 'is in no git work tree', fix }];
  }
  const files = stdout.split('\n').filter((line) => line !== '');
  if (files.length === 0) return [];
  const rest = files.length > SHOWN_FILES ? ` and ${files.length - SHOWN_FILES} more` : '';
  const names = files.slice(0, SHOWN_FILES).map((line) => line.slice(3));
  return [
    {
      file: '.',
      reason: `has changes that are not committed: ${names.join(', ')}${rest}`,
      fix: 'commit or stash them, so that git shows what this command did, and can take it back',
    },
  ];
}

function git(into: string, ...args: string[]) {
  return spawnSync('git', ['-C', into, ...args], { encoding: 'utf8' });
}

function packageManagerObstacles(into: string): Obstacle[] {
  return Object.entries(OTHER_LOCKFILES)
    .filter(([file]) => existsSync(join(into, file)))
    .map(([file, manager]) => ({
      file,
      reason: `the app is installed with ${manager}, and the packages are npm workspaces with npm overrides`,
      fix: 'install the app with npm and delete this file, or take the packages over by hand: packages/operator/docs/adopt.md',
    }));
}

/** npm has no workspaces in workspaces. */
function workspaceObstacles(into: string): Obstacle[] {
  const above = foldersAbove(realpathSync(into)).find((folder) => {
    const file = join(folder, 'package.json');
    return existsSync(file) && readJson(readFileSync(file, 'utf8'))?.workspaces !== undefined;
  });
  if (above === undefined) return [];
  return [
    {
      file: 'package.json',
      reason: `the app is below the npm workspaces of ${above}, and npm has no workspaces in workspaces`,
      fix: 'list the packages in that package.json: "Inside another npm workspace" in docs/change.md of the starter',
    },
  ];
}

/** Up to the git work tree. */
function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder || existsSync(join(folder, '.git')) ? [] : [parent, ...foldersAbove(parent)];
}
