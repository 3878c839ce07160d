import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PAGE_FILE, renderPage } from '../../src/report/saved-results.js';

test('packages/benchmarks/docs/benchmarks.md is what packages/benchmarks/src/results.json makes of it', async () => {
  expect(await readFile(PAGE_FILE, 'utf8')).toBe(await renderPage());
});
