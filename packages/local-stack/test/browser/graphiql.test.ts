/** GraphiQL in a real browser with no network: it loads, knows the schema, and queries as the chosen user. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describePages } from './describe-pages.js';

describePages('GraphiQL', (pages) => {
  async function open(): Promise<Page> {
    const page = await pages.open('/graphiql');
    await page.getByRole('button', { name: /^Execute query/ }).waitFor();
    return page;
  }

  it('runs the sample query as the chosen user', async () => {
    const page = await open();

    await execute(page);

    await expect.poll(() => shownAnswer(page)).toMatch(/"listOrders": \{/);
    expect(await shownAnswer(page)).not.toContain('errors');
  });

  it('runs the sample mutation, and then as another user', async () => {
    const page = await open();
    await openTab(page, 'CreateOrder');

    await execute(page);
    await expect.poll(() => shownAnswer(page)).toMatch(/"totalCents": 2500/);

    await openTab(page, 'ListOrders');
    await execute(page);
    await expect.poll(() => shownAnswer(page)).toMatch(/"sku": "BOOK-1"/);

    await page.getByLabel('Signed in as').selectOption('bob');
    await execute(page);
    await expect.poll(() => shownAnswer(page)).toMatch(/"items": \[\]/);
  });

  it('shows the documentation that introspection gives', async () => {
    const page = await open();

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Query', exact: true }).click();

    await page.getByRole('link', { name: 'orderTotals' }).waitFor();
  });

  it('has editor and response below each other on a narrow screen, as wide as it is', async () => {
    const page = await pages.open('/graphiql', { viewport: { width: 400, height: 900 } });
    await page.getByRole('button', { name: /^Execute query/ }).waitFor();

    await execute(page);
    await expect.poll(() => shownAnswer(page)).toMatch(/"listOrders": \{/);

    const editor = await page.locator('.graphiql-editors').boundingBox();
    const response = await page.locator('.graphiql-response').boundingBox();
    for (const box of [editor, response]) {
      expect(box?.width).toBeGreaterThan(350);
      expect(box?.height).toBeGreaterThan(250);
    }
    expect(response?.y).toBeGreaterThanOrEqual((editor?.y ?? 0) + (editor?.height ?? 0));
    expect((response?.y ?? 0) + (response?.height ?? 0)).toBeLessThanOrEqual(900);
  });

  it('keeps no token in the browser', async () => {
    const page = await open();
    await execute(page);
    await expect.poll(() => shownAnswer(page)).toMatch(/listOrders/);

    const stored = await page.evaluate<string>('JSON.stringify({ ...localStorage, ...sessionStorage })');

    expect(stored).toContain('ListOrders');
    expect(stored).not.toContain('eyJ');
  });
});

/** GraphiQL notices a tenth of a second later that another tab holds another operation. */
async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).click();
  await page.waitForTimeout(300);
}

async function execute(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Execute query/ }).click();
}

async function shownAnswer(page: Page): Promise<string> {
  return (await page.locator('.result-window .CodeMirror-code').textContent()) ?? '';
}
