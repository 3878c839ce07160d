/** Owns opening a page of the stack in a browser that notes whatever a page must not do. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface OpenedPage {
  page: Page;
  /** Requests to another host, errors on the console (violations of the CSP are such), uncaught errors. */
  complaints: string[];
}

/** A context of its own, so that no page knows what another has stored. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(url);

  page.on('request', (request) => {
    const isLocal = request.url().startsWith(`${origin}/`) || request.url().startsWith('data:');
    if (!isLocal) complaints.push(`request to ${request.url()}`);
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));

  await page.goto(url);
  return { page, complaints };
}
