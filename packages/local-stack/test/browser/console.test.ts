/** The console page in a real browser: what it draws, what it runs as whom, and that it asks no other host. */
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { connectThroughProxy } from '@vpc-postgres/testing/support/local-stack.js';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { chooseSample, metric, run, selectedSpans, signIn, whenReady } from './console-page.js';
import { describePages } from './describe-pages.js';
import { readLayout, weakContrasts } from './page-inspections.js';

const LAYOUTS = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 400, colorScheme: 'light' },
  { width: 400, colorScheme: 'dark' },
] as const;

describePages('the console page', (pages) => {
  const open = async (options: BrowserContextOptions = {}) => whenReady(await pages.open('/', options));

  it('draws the path as a list that makes sense without the drawing', async () => {
    const page = await open();

    const items = await page.getByRole('region', { name: 'The path of a request' }).getByRole('listitem').all();

    const titles = await Promise.all(items.map((item) => item.locator('strong').first().textContent()));
    expect(titles).toEqual([
      'AppSync',
      'Invokes',
      'Private subnets of the VPC',
      'Lambda',
      'Security group',
      'RDS Proxy',
      'Security group',
      'PostgreSQL',
    ]);
    expect(await page.locator('.node.proxy').textContent()).toContain(`localhost:${pages.stack().proxyPort}`);
  });

  it('has no link to a page of the app that there is not', async () => {
    const page = await open();

    expect(await page.getByRole('link', { name: 'Open the app' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Open GraphiQL' }).count()).toBe(1);
  });

  it('the path counts every request, from the page and from other clients', async () => {
    const page = await open();
    const before = Number(await metric(page, 'AppSync', 'Requests'));

    await pages.stack().ask('alice', '{ listOrders { nextToken } }');
    await pages.stack().ask('alice', '{ unknown }');

    await expect.poll(() => metric(page, 'AppSync', 'Requests')).toBe(String(before + 2));
    const { appSync, functions } = pages.stack().statistics();
    expect(await metric(page, 'AppSync', 'Errors')).toBe(String(appSync.errors));
    expect(await metric(page, 'Lambda', 'Invocations')).toBe(String(functions['orders-api']?.invocations));
    expect(await metric(page, 'Lambda', 'Environments')).toBe('1 of 4');
    expect(await metric(page, 'Lambda', 'Cold starts')).toBe('1');
    expect(await metric(page, 'RDS Proxy', 'Connections')).toMatch(/^\d+ of 97$/);
    expect(await metric(page, 'PostgreSQL', 'p50')).toMatch(/^[\d.]+ ms$/);
  });

  it('gives each user their own rows alone', async () => {
    const page = await open();
    await signIn(page, 'dave');
    await chooseSample(page, 'Place an order');
    const { data: placed } = await run(page);
    const { id } = (placed as { createOrder: { id: string } }).createOrder;

    await chooseSample(page, 'List my orders');
    expect(await run(page)).toMatchObject({ data: { listOrders: { items: [{ id }] } } });

    await signIn(page, 'erin');
    expect(await run(page)).toEqual({ data: { listOrders: { items: [], nextToken: null } } });
    expect(await page.locator('output').textContent()).toMatch(/^200 as erin, /);
  });

  it.runIf(exhaustive)('signs in with groups, and shows the typed error of who is in none', async () => {
    const page = await open();
    await chooseSample(page, 'Totals');

    await run(page);
    expect(await page.getByRole('alert').textContent()).toBe(
      'UnauthorizedNot Authorized to access orderTotals on type Query',
    );

    await page.getByRole('group', { name: 'Sign in as' }).getByRole('button', { name: 'carol, admins' }).click();
    expect(await run(page)).toMatchObject({ data: { orderTotals: expect.any(Array) } });
    expect(await page.getByRole('alert').textContent()).toBe('');

    await signIn(page, 'zoë', 'auditors, admins');
    expect(await run(page)).toMatchObject({ data: { orderTotals: expect.any(Array) } });
  });

  it.runIf(exhaustive)('sends nothing with variables that are no JSON, and says so', async () => {
    const page = await open();
    await page.getByLabel('Variables').fill('{"limit": ');

    await page.getByRole('button', { name: 'Run', exact: true }).click();

    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/^The variables are no JSON: /);
    expect(await page.locator('output').textContent()).toBe('Not run');
  });

  it.runIf(exhaustive)('sends nothing as a user whose name Cognito would not have, as the browser says', async () => {
    const page = await open();
    const { requests } = pages.stack().statistics().appSync;
    await signIn(page, 'a b');

    await page.getByRole('button', { name: 'Run', exact: true }).click();

    expect(await page.locator('#user:invalid:focus').count()).toBe(1);
    expect(pages.stack().statistics().appSync.requests).toBe(requests);
  });

  it('the waterfall shows the spans of a run, and of another request when clicked', async () => {
    const page = await open();
    await chooseSample(page, 'Place a wrong order');
    await run(page);
    await chooseSample(page, 'List my orders');
    await run(page);

    const details = page.getByRole('region', { name: 'Selected request' });
    await expect.poll(() => details.getByRole('heading').textContent()).toMatch(/^Request \d+: listOrders$/);
    const spans = await selectedSpans(page);
    expect(Object.keys(spans)).toEqual(expect.arrayContaining(['AppSync', 'Lambda: listOrders', 'Query']));
    expect(spans.AppSync).toBeGreaterThanOrEqual(spans['Lambda: listOrders'] ?? Number.NaN);
    expect(spans['Lambda: listOrders']).toBeGreaterThanOrEqual(spans.Query ?? Number.NaN);

    await page.getByRole('group', { name: 'Requests' }).getByText('createOrder').first().click();
    expect(await details.textContent()).toContain('InvalidInput');
    expect(Object.keys(await selectedSpans(page))).not.toContain('Query');
  });

  it.runIf(exhaustive)('runs a query and reads the waterfall with the keyboard alone', async () => {
    const page = await open();
    await pages.stack().ask('frank', '{ listOrders { nextToken } }');
    await page.getByText('frank').waitFor();

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('query Mine { listOrders(limit: 1) { __typename } }');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');

    await expect
      .poll(() => page.getByRole('region', { name: 'Result' }).textContent())
      .toContain('"__typename": "OrderPage"');
    await page.locator('#run-spans p').waitFor();
    await page.getByRole('heading', { name: /^Request \d+: listOrders$/ }).waitFor();
    await tabTo(page, 'input[type=radio]');
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => page.getByRole('region', { name: 'Selected request' }).textContent())
      .toContain('as frank, status 200');
  });

  it.runIf(exhaustive)('stays where it is when a query has been run, on a narrow screen', async () => {
    const page = await open({ viewport: { width: 400, height: 900 } });
    const button = page.getByRole('button', { name: 'Run', exact: true });
    await button.focus();
    const before = await button.boundingBox();

    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Request \d+: / }).waitFor();

    expect(await button.boundingBox()).toEqual(before);
  });

  it.runIf(exhaustive)('runs with Ctrl and Enter in the editor', async () => {
    const page = await open();

    await page.getByLabel('GraphQL', { exact: true }).fill('{ nothing }');
    await page.getByLabel('GraphQL', { exact: true }).press('Control+Enter');

    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toMatch(/^Validation error of type FieldUndefined.*nothing/);
  });

  it('reports what pins a session, how often, and what to write instead', async () => {
    const page = await open();
    await page.getByText('Nothing has pinned a session since the start.').waitFor();

    const client = await connectThroughProxy(pages.stack().access);
    await client.query("set search_path to 'precious'");
    await client.query('prepare picked as select 1');

    const pins = page.getByRole('region', { name: 'Pinning' }).getByRole('listitem');
    await expect.poll(() => pins.count()).toBe(2);
    const text = (await pins.filter({ hasText: 'search_path' }).textContent()) ?? '';
    expect(text).toMatch(/^SET search_path1 session.*Why SQL changed session settings.*Instead Set it on the role/);
    expect(text).not.toContain('precious');
    await expect.poll(() => metric(page, 'RDS Proxy', 'Pinned now')).toBe('1');
    expect(await metric(page, 'RDS Proxy', 'Pins found')).toBe('2');

    await client.end();
    await expect.poll(() => metric(page, 'RDS Proxy', 'Pinned now')).toBe('0');
    expect(await pins.count()).toBe(2);
  });

  it.runIf(exhaustive)('copies a command', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });

    await page.getByRole('button', { name: /^Copy: psql/ }).click();

    await page
      .getByRole('button', { name: /^Copy: psql/ })
      .getByText('Copied')
      .waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('sslmode=verify-full');
  });

  it.runIf(exhaustive)('leads to GraphiQL', async () => {
    const page = await open();

    await page.getByRole('link', { name: 'Open GraphiQL' }).click();

    await page.getByRole('button', { name: /^Execute query/ }).waitFor();
  });

  it.each(sample(LAYOUTS, 3))(
    'fits $width px in $colorScheme, with text that can be read',
    async ({ width, colorScheme }) => {
      const page = await open({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' });
      await chooseSample(page, 'Place a wrong order');
      await run(page);
      await page.getByRole('switch', { name: 'Latency' }).check();
      await page.getByRole('button', { name: 'End 1 fault' }).waitFor();

      const { scrollWidth, isLight } = await readLayout(page);

      expect(scrollWidth).toBeLessThanOrEqual(width);
      expect(isLight).toBe(colorScheme === 'light');
      expect(await weakContrasts(page)).toEqual([]);
      await page.getByRole('button', { name: 'End 1 fault' }).click();
      await page.getByRole('button', { name: 'No fault is on' }).waitFor();
    },
  );
});

/** Presses Tab until something that the selector describes has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  const isThere = () => page.evaluate<boolean>(`document.activeElement.matches('${selector}')`);
  for (let step = 0; step < 20 && !(await isThere()); step += 1) await page.keyboard.press('Tab');
  expect(await isThere()).toBe(true);
}
