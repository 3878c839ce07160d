import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PAGE_FILE, renderPage } from '../../../bench/report/saved-results.js';

test('docs/benchmarks.md is what bench/results.json makes of it', async () => {
  expect(await readFile(PAGE_FILE, 'utf8')).toBe(await renderPage());
});
