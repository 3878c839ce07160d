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
