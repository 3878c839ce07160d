/**
 * Makes a clone of this repository in a folder of its own, as an adopter has one: its own files and packages/, its own git
 * history, and the registry's packages linked instead of installed.
 */
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
import { dirname, join, relative } from 'node:path';
import process from 'node:process';

const REPOSITORY = join(import.meta.dirname, '../../..');

export interface AdopterProject {
  /** The root of the clone. */
  readonly folder: string;
  read(file: string): string;
  write(file: string, text: string): void;
  /** @throws Error when the file does not contain `from`, or contains it twice: the edit of a reader would not fit either. */
  replace(file: string, from: string, to: string): void;
  /** Writes `text` before the one occurrence of `before`. */
  insert(file: string, before: string, text: string): void;
  run(command: string, ...args: readonly string[]): CommandRun;
  /** The files that differ from the clone, deleted ones included, by path. */
  touchedFiles(): string[];
  commit(): void;
  /** Takes back every edit since the last commit, and removes what commands have written, but for node_modules and its caches. */
  restore(): void;
  remove(): void;
}

export interface CommandRun {
  readonly command: string;
  readonly status: number | null;
  /** Standard output, then standard error. */
  readonly output: string;
}

export interface Place {
  /** The folder of the clone, below a temporary folder. @default 'my-app' */
  readonly path?: string;
  /** Where `node_modules` is, below the same folder: a folder above the clone. @default path */
  readonly dependencies?: string;
}

/** As this work tree is, with what is not committed yet. */
export function cloneForAdopter({ path = 'my-app', dependencies = path }: Place = {}): AdopterProject {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'journey-')));
  const folder = join(scratch, path);
  copyWorkTree(folder);
  linkDependencies(join(scratch, dependencies), folder);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
  const commit = () => {
    git('add', '--all');
    git(
      '-c',
      'user.name=Adopter',
      '-c',
      'user.email=adopter@example.com',
      'commit',
      '--quiet',
      '--message',
      'chore: adopt',
    );
  };
  git('init', '--quiet');
  commit();

  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const replace = (file: string, from: string, to: string) => {
    const parts = read(file).split(from);
    if (parts.length !== 2) throw new Error(`${file} contains ${parts.length - 1} times, and not once: ${from}`);
    write(file, parts.join(to));
  };
  return {
    folder,
    read,
    write,
    replace,
    insert: (file, before, text) => replace(file, before, text + before),
    run: (command, ...args) => runCommand(folder, command, args),
    touchedFiles: () =>
      git('status', '--porcelain', '--untracked-files=all', '--no-renames', '-z')
        .split('\0')
        .filter((line) => line !== '')
        .map((line) => line.slice(3))
        .sort(),
    commit,
    restore: () => {
      git('checkout', '--quiet', '.');
      git('clean', '--quiet', '-d', '-x', '--force', '--exclude', 'node_modules');
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function copyWorkTree(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(REPOSITORY, name)))) {
    cpSync(join(REPOSITORY, file), join(folder, file));
  }
}

/** Each package of the registry leads to this repository's, those of the workspaces and their commands to the clone's own. */
export function linkDependencies(root: string, folder: string): void {
  const from = join(REPOSITORY, 'node_modules');
  const to = join(root, 'node_modules');
  for (const entry of readdirSync(from)) {
    if (entry === '@vpc-postgres' || entry === 'site' || (entry.startsWith('.') && entry !== '.bin')) continue;
    if (entry !== '.bin' && !entry.startsWith('@')) {
      link(join(from, entry), join(to, entry));
      continue;
    }
    for (const name of readdirSync(join(from, entry))) {
      if (name !== 'vpc-postgres') link(join(from, entry, name), join(to, entry, name));
    }
  }
  for (const name of readdirSync(join(folder, 'packages'))) {
    if (!existsSync(join(folder, 'packages', name, 'package.json'))) continue;
    link(relative(join(to, '@vpc-postgres'), join(folder, 'packages', name)), join(to, '@vpc-postgres', name));
    linkOwnDependencies(folder, join('packages', name));
  }
  linkOwnDependencies(folder, 'site');
  link('../@vpc-postgres/operator/bin/vpc-postgres.mjs', join(to, '.bin', 'vpc-postgres'));
}

/** What npm installs into a workspace's own folder, because the root has another version of it. */
function linkOwnDependencies(folder: string, workspace: string): void {
  const own = join(REPOSITORY, workspace, 'node_modules');
  if (existsSync(own) && existsSync(join(folder, workspace))) link(own, join(folder, workspace, 'node_modules'));
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** Without what this run of the tests sets, and without an AWS account. */
export function runCommand(folder: string, command: string, args: readonly string[]): CommandRun {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(VITEST|NODE_OPTIONS|NODE_ENV|AWS_|npm_|INIT_CWD|EXHAUSTIVE|TEST$|DEV$|PROD$|MODE$)/.test(name))
      env[name] = value;
  }
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    env: { ...env, NO_COLOR: '1' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  });
  return { command: [command, ...args].join(' '), status, output: stdout + stderr };
}
