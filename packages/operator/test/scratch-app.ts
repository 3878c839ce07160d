/** A copy of the app in packages/testing/app that a test changes, in a git repository of its own. Each test copies one that is prepared once. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const APP = join(import.meta.dirname, '../../testing/app');
/** What a local stack or a synthesis has written there, which git ignores. */
const GENERATED = ['.amplify', '.local', 'amplify_outputs.json'];
const MODULES = join(import.meta.dirname, '../../../node_modules');

export interface ScratchApp {
  readonly folder: string;
  read(path: string): string;
  write(path: string, text: string): void;
  exists(path: string): boolean;
  list(path: string): string[];
  git(...args: string[]): string;
  commit(): void;
  /** Gives it the packages of this repository: with Biome among them a command formats what it writes, in a sixth of a second. */
  linkModules(): void;
  /** Another folder with the same files and commits: a hundredth of the time of a new one. */
  copy(): ScratchApp;
  remove(): void;
}

export function copyApp(): ScratchApp {
  const folder = mkdtempSync(join(tmpdir(), 'scratch-app-'));
  cpSync(APP, folder, { recursive: true, filter: (path) => !GENERATED.includes(basename(path)) });
  const app = appIn(folder);
  app.write('tsconfig.json', JSON.stringify({ compilerOptions: { target: 'es2023', module: 'nodenext' } }));
  app.write(
    'biome.json',
    JSON.stringify({ formatter: { indentStyle: 'space' }, javascript: { formatter: { quoteStyle: 'single' } } }),
  );
  app.write('.gitignore', 'node_modules\n.local/\n');
  app.git('init', '--quiet', '--template=');
  app.commit();
  return app;
}

function appIn(folder: string): ScratchApp {
  const at = (path: string) => join(folder, path);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'x');
  };
  return {
    folder,
    read: (path) => readFileSync(at(path), 'utf8'),
    write,
    exists: (path) => existsSync(at(path)),
    list: (path) => readdirSync(at(path)).toSorted(),
    git,
    commit,
    linkModules: () => symlinkSync(MODULES, at('node_modules')),
    copy: () => {
      const other = mkdtempSync(join(tmpdir(), 'scratch-app-'));
      cpSync(folder, other, { recursive: true });
      return appIn(other);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
