import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Two documents are signed off by people who trust that their tests are there. */
const REPOSITORY = join(import.meta.dirname, '../../../..');
const read = (name: string) => readFileSync(join(REPOSITORY, 'docs', name), 'utf8');
const [, INJECTED = ''] =
  /^## What an injected statement can still do\n([^#]*)/m.exec(read('row-level-security.md')) ?? [];
const DOCUMENT = read('security.md') + INJECTED;

/** The tests of every package, by suite. Not the app's own: those of the example domain go with it. */
const TESTS = readdirSync(join(REPOSITORY, 'packages')).map((name) => join('packages', name, 'test'));
const foldersOf = (...suites: readonly string[]) =>
  TESTS.flatMap((tests) => suites.map((suite) => join(tests, suite))).filter((path) =>
    existsSync(join(REPOSITORY, path)),
  );

const FOLDERS = {
  everyday: foldersOf('unit', 'infra', 'integration', 'repository'),
  local: foldersOf('local'),
  stress: foldersOf('stress'),
} as const;

interface Row {
  attempt: string;
  names: string[];
  /** Which command runs them. */
  suite: keyof typeof FOLDERS;
}

const rows: Row[] = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| what (a reviewer|it) tries/.test(line) && !line.startsWith('| ---'))
  .map((line) => {
    const [attempt = '', , proof = ''] = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
    return {
      attempt,
      names: [...proof.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
      suite: (['local', 'stress'] as const).find((suite) => proof.includes(`*${suite}*`)) ?? 'everyday',
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
  const missing = rows.flatMap(({ names, suite }) => names.filter((name) => !isTitle(name, texts[suite])));

  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter(({ names }) => names.length === 0)).toEqual([]);
  expect(missing, 'rows whose tests are gone').toEqual([]);
});
