/** The results that the page is written from: one for each benchmark, each from its own last run. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { baselineVersions } from './machine.js';
import { formatPage } from './page.js';
import { type Result, resultSchema } from './result.js';

const RESULTS_FILE = join(import.meta.dirname, '../results.json');
export const PAGE_FILE = join(import.meta.dirname, '../../docs/benchmarks.md');

/** @throws ZodError for a file that another version wrote */
export async function loadResults(): Promise<Result[]> {
  return z.array(resultSchema).parse(JSON.parse(await readFile(RESULTS_FILE, 'utf8')));
}

/** @param order Names of all benchmarks. Results of those that are no more are dropped. */
export async function saveResults(measured: readonly Result[], order: readonly string[]): Promise<void> {
  const known = [...measured, ...(await loadResults())];
  const results = order.flatMap((name) => known.find((result) => result.name === name) ?? []);
  await writeFile(RESULTS_FILE, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(PAGE_FILE, await renderPage());
}

/** The page as the saved results make it. */
export async function renderPage(): Promise<string> {
  return formatPage({ results: await loadResults(), versions: await baselineVersions() });
}
