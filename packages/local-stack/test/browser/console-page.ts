/** Owns what the tests do on the console page, and what they read from it, as a person would find it. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Waits until the page has shown metrics once. */
export async function whenReady(page: Page): Promise<Page> {
  await page.getByText('Running since').waitFor();
  await page.getByRole('switch', { name: 'Latency' }).waitFor();
  return page;
}

export async function signIn(page: Page, user: string, groups = ''): Promise<void> {
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByLabel('Groups').fill(groups);
}

/** Puts a sample into the editors. */
export async function chooseSample(page: Page, name: string): Promise<void> {
  await page.getByRole('group', { name: 'Samples' }).getByRole('button', { name }).click();
}

/** Runs what is in the editors. Resolves with the answer, once the time of each span is shown too. */
export async function run(page: Page): Promise<{ data: unknown; errors?: { errorType: string }[] }> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.locator('#run-spans p').waitFor({ timeout: 20_000 });
  return JSON.parse((await page.getByRole('region', { name: 'Result' }).textContent()) ?? '');
}

/** Runs what is in the editors again and again, until it has no error. */
export async function runUntilAnswered(page: Page): Promise<void> {
  await expect.poll(async () => (await run(page)).errors, { timeout: 30_000 }).toBeUndefined();
}

/** @param node as "RDS Proxy" @param label as "Refused" */
export async function metric(page: Page, node: string, label: string): Promise<string> {
  const card = page.locator('.node').filter({ has: page.getByText(node, { exact: true }) });
  const value = card.locator('.metric').filter({ has: page.getByText(label, { exact: true }) });
  return (await value.locator('dd').first().textContent()) ?? '';
}

/** The names of the spans of the selected request, with their milliseconds. */
export async function selectedSpans(page: Page): Promise<Record<string, number>> {
  const rows = await page.getByRole('region', { name: 'Selected request' }).locator('tbody tr').all();
  const spans = await Promise.all(
    rows.map(async (row) => {
      const name = (await row.getByRole('rowheader').textContent()) ?? '';
      return [name, parseMillis((await row.getByRole('cell').nth(1).textContent()) ?? '')] as const;
    }),
  );
  return Object.fromEntries(spans);
}

/** What the page says of the fault that was applied last. */
export async function faultNote(page: Page): Promise<string> {
  return (await page.locator('.fault-note:not(:empty)').allTextContents()).join();
}

function parseMillis(text: string): number {
  const [number = '', unit] = text.split(' ');
  return Number(number) * (unit === 's' ? 1000 : 1);
}
