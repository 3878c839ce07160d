/** The console page while its stack stops and comes back, with other data, another user pool and another port of the proxy. */
import { copyApp } from '@vpc-postgres/testing/support/app-copy.js';
import { chromiumMissing, launchChromium } from '@vpc-postgres/testing/support/chromium.js';
import { startTestStack } from '@vpc-postgres/testing/support/local-stack.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metric, run, signIn, whenReady } from './console-page.js';
import { openPage } from './open-page.js';
import { weakContrasts } from './page-inspections.js';

/** Below those that an operating system hands out by itself: nobody takes it while the stack is away. */
const PORT = 20_000 + Math.floor(Math.random() * 10_000);

describe.skipIf(chromiumMissing)('a stack that stops', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
  });

  it('is shown on the page, which goes on with the next one by itself', async () => {
    const first = await startTestStack({ port: PORT });
    const { page, complaints } = await openPage(browser, first.url);
    await whenReady(page);
    await run(page);
    await page.getByText(/^Request 1: /).waitFor();

    await first.stop();

    await page.getByText('The stack does not answer. Start it again with npm start').waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe('The local stack does not answer. Is npm start still running?');
    expect(await weakContrasts(page)).toEqual([]);

    const second = await startTestStack({ port: PORT });
    try {
      await page.getByText('Running since').waitFor();
      await page.getByText(`localhost:${second.proxyPort}`, { exact: true }).waitFor();
      await expect.poll(() => metric(page, 'AppSync', 'Requests')).toBe('0');
      expect(await page.getByRole('radio').count()).toBe(0);

      // Its user pool is another one.
      await signIn(page, 'grace');
      expect(await run(page)).toMatchObject({ data: { listOrders: { items: [] } } });
      expect(await metric(page, 'AppSync', 'Errors')).toBe('0');
    } finally {
      await page.context().close();
      await second.stop();
    }
    expect([...new Set(complaints)]).toEqual(['error: Failed to load resource: net::ERR_CONNECTION_REFUSED']);
  });

  it('that cannot serve a change in amplify/ says so on the page, until it is corrected', async () => {
    const copy = await copyApp();
    const stack = await startTestStack({ app: copy.app, watch: true });
    const { page, complaints } = await openPage(browser, stack.url);
    try {
      await whenReady(page);
      await copy.edit('src/orders/schema.ts', "allow.group('admins')", "allow.group('accounting')");
      await page
        .getByText(/The version before your last change is served\. .*'accounting', which no user can be in/)
        .waitFor();
      expect(await weakContrasts(page)).toEqual([]);

      await copy.restore();
      await page.getByText('Running since').waitFor();
    } finally {
      await page.context().close();
      await stack.stop();
      await copy.remove();
    }
    expect(complaints).toEqual([]);
  });
});
