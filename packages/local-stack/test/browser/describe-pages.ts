/** Tests of the real stack's pages in a real browser: what to start, what to stop, and what no page may do. */
import { chromiumMissing, launchChromium } from '@vpc-postgres/testing/support/chromium.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type OpenedPage, openPage } from './open-page.js';

export interface Pages {
  /** Opens a path of the stack, as /graphiql. Once in each test. */
  open: (path: string, options?: BrowserContextOptions) => Promise<Page>;
  /** That which serves the pages. */
  stack: () => TestStack;
}

export function describePages(title: string, defineTests: (pages: Pages) => void): void {
  if (chromiumMissing) console.warn(chromiumMissing);

  describe.skipIf(chromiumMissing)(title, () => {
    let stack: TestStack;
    let browser: Browser;
    let opened: OpenedPage;

    beforeAll(async () => {
      [stack, browser] = await Promise.all([startTestStack(), launchChromium()]);
    });

    afterAll(async () => {
      await browser?.close();
      await stack?.stop();
    });

    afterEach(async () => {
      await opened.page.context().close();
      expect(opened.complaints).toEqual([]);
    });

    defineTests({
      async open(path, options) {
        opened = await openPage(browser, stack.url + path, options);
        return opened.page;
      },
      stack: () => stack,
    });
  });
}
