import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../../../..');

/** Documents that git knows or would add, without what npm installs. Of those that are deleted but not committed, none. */
const documents = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: REPOSITORY,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(REPOSITORY, path)));

const linksOf = (text: string) =>
  [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link = '']) => link);

test('every relative link of every document leads to a file or folder that exists', () => {
  const links = documents.flatMap((path) =>
    linksOf(readFileSync(join(REPOSITORY, path), 'utf8')).map((link) => ({ path, link })),
  );

  expect(links.length).toBeGreaterThan(50);
  expect(links.filter(({ path, link }) => !existsSync(join(REPOSITORY, dirname(path), link)))).toEqual([]);
});
