/** The start page in a real browser: what it shows, what it does as each user, and that it asks no other host. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describePages } from './describe-pages.js';
import { readLayout, tabThrough, weakContrasts } from './page-inspections.js';

describePages('the start page', (openPath) => {
  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await openPath('/', options);
    await page.getByText('read from PostgreSQL').waitFor();
    return page;
  }

  it('draws the path of a request, part by part', async () => {
    const page = await open();

    const parts = await page.getByRole('region', { name: 'The path of a request' }).getByRole('listitem').all();

    const names = await Promise.all(parts.map((part) => part.locator('strong').textContent()));
    expect(names).toEqual(['AppSync', 'Lambda', 'RDS Proxy', 'PostgreSQL']);
    expect(await parts.at(2)?.textContent()).toContain('localhost:');
  });

  it('shows an order that was just placed, to its owner alone', async () => {
    const page = await open();
    await chooseUser(page, 'bob');
    const before = await orderRows(page).count();

    await page.getByRole('region', { name: 'Orders of bob' }).getByRole('button', { name: 'Place an order' }).click();

    await expect.poll(() => orderRows(page).count()).toBe(before + 1);
    const newest = await orderRows(page).first().textContent();
    expect(newest).toMatch(/\d × [A-Z]/);
    expect(newest).toMatch(/€\d+\.\d{2}/);

    await chooseUser(page, 'alice');
    const id = newest?.slice(0, 8) ?? '';
    const ordersOfAlice = page.getByRole('region', { name: 'Orders of alice' });
    await expect.poll(() => ordersOfAlice.textContent()).not.toContain(id);
    expect(await ordersOfAlice.textContent()).toContain('read from PostgreSQL');
  });

  it('runs a query with the keyboard alone', async () => {
    const page = await open();
    const editor = page.getByLabel('GraphQL', { exact: true });

    await editor.fill('query Mine { listOrders(limit: 1) { __typename } }');
    await editor.press('Control+Enter');

    await expect.poll(() => result(page)).toEqual({ data: { listOrders: { __typename: 'OrderPage' } } });
    expect(await page.locator('output').textContent()).toMatch(/^200 as alice, \d+\.\d ms$/);
  });

  it('shows the rows again when a query has written one', async () => {
    const page = await open();
    const before = await orderRows(page).count();

    await page.getByRole('group', { name: 'Examples' }).getByRole('button', { name: 'Place an order' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).click();

    await expect.poll(() => orderRows(page).count()).toBe(before + 1);
    expect(await orderRows(page).first().textContent()).toContain('2 × BOOK-1');
    expect(await result(page)).toMatchObject({ data: { createOrder: { totalCents: 2500 } } });
  });

  it('gives the totals to the administrator, and tells others why not', async () => {
    const page = await open();
    const run = page.getByRole('button', { name: 'Run', exact: true });
    await page.getByRole('button', { name: 'Totals' }).click();

    await run.click();

    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe('UnauthorizedNot Authorized to access orderTotals on type Query');

    await chooseUser(page, 'carol (admin)');
    await run.click();

    await expect.poll(() => result(page)).toMatchObject({ data: { orderTotals: expect.any(Array) } });
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  it('tells an error of the query and one of the order apart', async () => {
    const page = await open();
    const editor = page.getByLabel('GraphQL', { exact: true });

    await editor.fill('{ nothing }');
    await editor.press('Control+Enter');
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toMatch(/^Validation error of type FieldUndefined.*nothing/);

    await editor.fill('mutation { createOrder(currency: "EUR", lines: []) { id } }');
    await editor.press('Control+Enter');
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/^Invalid\w+/);
  });

  it('copies a command', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });

    await page.getByRole('button', { name: /^Copy: psql/ }).click();

    await page
      .getByRole('button', { name: /^Copy: psql/ })
      .getByText('Copied')
      .waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('sslmode=verify-full');
  });

  it('can be gone through with the keyboard, in the order of the page', async () => {
    const page = await open();

    const names = await tabThrough(page, 10);

    expect(names).toEqual([
      'Open GraphiQL',
      'alice',
      'Refresh',
      'Place an order',
      'List my orders',
      'Place an order',
      'Totals',
      'query',
      'Run',
      'Copy',
    ]);
  });

  it.each([
    { width: 1280, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
    { width: 400, colorScheme: 'light' },
    { width: 400, colorScheme: 'dark' },
  ] as const)('fits $width px in $colorScheme, with text that can be read', async ({ width, colorScheme }) => {
    const page = await open({ viewport: { width, height: 900 }, colorScheme });
    await page.getByRole('button', { name: 'Totals' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('#errors li').waitFor();

    const { scrollWidth, isLight } = await readLayout(page);

    expect(scrollWidth).toBeLessThanOrEqual(width);
    expect(isLight).toBe(colorScheme === 'light');
    expect(await weakContrasts(page)).toEqual([]);
  });
});

async function chooseUser(page: Page, label: string): Promise<void> {
  await page.getByText(label, { exact: true }).click();
  expect(await page.getByRole('radio', { name: label }).isChecked()).toBe(true);
}

function orderRows(page: Page) {
  return page.locator('#orders tbody tr');
}

/** The answer on the page; undefined while there is none. */
async function result(page: Page): Promise<unknown> {
  const text = await page.getByRole('region', { name: 'Result' }).textContent();
  return text ? JSON.parse(text) : undefined;
}
