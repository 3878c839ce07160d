import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSources } from '../../support/import-rules.js';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const readReadme = (name: string) => readFileSync(join(REPOSITORY, 'packages', name, 'README.md'), 'utf8');

test('the app imports of each package only the modules that its README names', () => {
  const config = { path: 'local.config.ts', text: readFileSync(join(REPOSITORY, 'local.config.ts'), 'utf8') };
  const imports = [config, ...readSources(REPOSITORY, ['amplify', 'src', 'test'])].flatMap(({ path, text }) =>
    [...text.matchAll(/'(@vpc-postgres\/([\w-]+)\/[^']+)'/g)].map(([, module = '', name = '']) => ({
      path,
      module,
      name,
    })),
  );

  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter(({ module, name }) => !readReadme(name).includes(`\`${module}\``))).toEqual([]);
});

test('the app uses of the index of a package only what it exports, and the README names the index', () => {
  const uses = readSources(REPOSITORY, ['amplify', 'src', 'test']).flatMap(({ text }) =>
    [...text.matchAll(/import (?:type )?(?:\* as (\w+)|\{([^}]*)\}) from '@vpc-postgres\/([\w-]+)'/g)].flatMap(
      ([, namespace, list = '', name = '']) => {
        const members = namespace === undefined ? [] : [...text.matchAll(new RegExp(`\\b${namespace}\\.(\\w+)`, 'g'))];
        return [...members.map(([, used = '']) => used), ...namesIn(list)].map((used) => ({ name, used }));
      },
    ),
  );

  expect(uses.length).toBeGreaterThan(15);
  expect(uses.filter(({ name, used }) => !exportsOfIndex(name).includes(used))).toEqual([]);
  expect(uses.filter(({ name }) => !readReadme(name).includes(`\`@vpc-postgres/${name}\``))).toEqual([]);
});

function exportsOfIndex(name: string): string[] {
  const index = readFileSync(join(REPOSITORY, 'packages', name, 'src/index.ts'), 'utf8');
  return [...index.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) => namesIn(list));
}

const namesIn = (list: string) => list.split(',').flatMap((item) => /(\w+)\s*$/.exec(item)?.[1] ?? []);
