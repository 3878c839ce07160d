import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const LIMIT = 300;

const linesOf = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8').split('\n').length - 1;

/** The files with one of these endings at a path, which is a file or a folder. */
function filesOf(path: string, endings: RegExp): string[] {
  if (statSync(join(REPOSITORY, path)).isFile()) return [path];
  return readdirSync(join(REPOSITORY, path), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(path, name.replaceAll('\\', '/')))
    .filter((name) => endings.test(name) && !/\/(node_modules|generated|peers)\//.test(name));
}

test('the app, its tests and its migrations are under 2,000 lines', () => {
  const files = ['amplify', 'src', 'test', 'local.config.ts'].flatMap((path) => filesOf(path, /\.(ts|sql)$/));

  expect(files.length).toBeGreaterThan(15);
  expect(files.map(linesOf).reduce((sum, lines) => sum + lines, 0)).toBeLessThan(2_000);
});

test('no TypeScript file is over 300 lines', () => {
  const files = ['amplify', 'src', 'test', 'local.config.ts', 'vitest.config.ts', 'packages'].flatMap((path) =>
    filesOf(path, /\.ts$/),
  );

  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((path) => linesOf(path) > LIMIT)).toEqual([]);
});
