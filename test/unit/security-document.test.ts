import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Two documents are signed off by people who trust that their tests are there. */
const REPOSITORY = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(REPOSITORY, 'docs', name), 'utf8');
const [, INJECTED = ''] =
  /^## What an injected statement can still do\n([^#]*)/m.exec(read('row-level-security.md')) ?? [];
const DOCUMENT = read('security.md') + INJECTED;

/** The app's tests and those of every package, by ring. */
const TESTS = ['test', ...readdirSync(join(REPOSITORY, 'packages')).map((name) => join('packages', name, 'test'))];
const foldersOf = (...rings: readonly string[]) =>
  TESTS.flatMap((tests) => rings.map((ring) => join(tests, ring))).filter((path) => existsSync(join(REPOSITORY, path)));

const FOLDERS = {
  everyday: foldersOf('unit', 'infra', 'integration'),
  local: foldersOf('local'),
  stress: foldersOf('stress'),
} as const;

interface Row {
  attempt: string;
  names: string[];
  /** Which command runs them. */
  ring: keyof typeof FOLDERS;
}

const rows: Row[] = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| what (a reviewer|it) tries/.test(line) && !line.startsWith('| ---'))
  .map((line) => {
    const [attempt = '', , proof = ''] = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
    return {
      attempt,
      names: [...proof.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
      ring: (['local', 'stress'] as const).find((ring) => proof.includes(`*${ring}*`)) ?? 'everyday',
    };
  });

/** All that is written in the tests of these folders. */
function textOf(folders: readonly string[]): string {
  return folders
    .flatMap((folder) =>
      readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(join(REPOSITORY, folder, name), 'utf8')),
    )
    .join('\n');
}

/** As the first argument of test, it or describe. */
function isTitle(name: string, text: string): boolean {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`\\(\\s*(['"\`])${literal}\\1,`).test(text);
}

test('each row names a test, and each test that it names is there', () => {
  const texts = { everyday: textOf(FOLDERS.everyday), local: textOf(FOLDERS.local), stress: textOf(FOLDERS.stress) };
  const missing = rows.flatMap(({ names, ring }) => names.filter((name) => !isTitle(name, texts[ring])));

  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter(({ names }) => names.length === 0)).toEqual([]);
  expect(missing, 'rows whose tests are gone').toEqual([]);
});
