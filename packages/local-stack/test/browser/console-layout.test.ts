/** How the console page is laid out: what is on the first screen, and where functions are drawn, however many there are. */
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { chooseSample, run, whenReady } from './console-page.js';
import { describePages } from './describe-pages.js';
import { readLayout } from './page-inspections.js';

const VIEWPORT = { width: 1280, height: 900 };

describePages('the layout of the console page', (pages) => {
  const open = async (viewport = VIEWPORT) => whenReady(await pages.open('/', { viewport }));

  it('keeps the query, its button and its response on the first screen', async () => {
    const page = await open();
    await chooseSample(page, 'Place an order');
    for (let order = 0; order < 3; order += 1) await run(page);
    await chooseSample(page, 'List my orders');

    await run(page);

    await expectFirstScreen(page);
    expect(await bottomOf(page.locator('output'))).toBeLessThan(VIEWPORT.height);
  });

  it.runIf(exhaustive)('keeps the errors of a response on the first screen too', async () => {
    const page = await open();
    await chooseSample(page, 'Place a wrong order');

    await run(page);

    await expectFirstScreen(page);
    expect(await bottomOf(page.getByRole('alert').getByRole('listitem').first())).toBeLessThan(VIEWPORT.height);
  });

  it.each([3, 8, 20])('has room for %i functions, those without the database outside the VPC', async (count) => {
    const page = await open();
    await pretendFunctions(page, count);

    await expectFirstScreen(page);
    const outside = await page.locator('.lambda.outside').boundingBox();
    const vpc = await page.locator('.vpc').boundingBox();
    const inside = await page.locator('.node.lambda:not(.outside)').boundingBox();
    expect((outside?.x ?? 0) + (outside?.width ?? 0)).toBeLessThan(vpc?.x ?? 0);
    expect(inside?.x).toBeGreaterThan(vpc?.x ?? 0);
    expect(await page.locator('.outside').getByRole('rowheader').allTextContents()).toEqual(namesOf(count, false));
    expect(await page.locator('.node.lambda:not(.outside)').getByRole('rowheader').allTextContents()).toEqual(
      namesOf(count, true),
    );
    expect((await readLayout(page)).scrollWidth).toBe(VIEWPORT.width);
  });

  it('draws nothing outside the VPC when every function uses the database', async () => {
    const page = await open();

    expect(await page.locator('.outside').isVisible()).toBe(false);
  });

  it.runIf(exhaustive)('has room for 20 functions on a narrow screen', async () => {
    const page = await open({ width: 400, height: 900 });

    await pretendFunctions(page, 20);

    expect((await readLayout(page)).scrollWidth).toBe(400);
  });
});

const nameOf = (index: number) => `function-number-${index}-with-a-name`;
const usesDatabase = (index: number) => index % 3 !== 1;

function namesOf(count: number, database: boolean): string[] {
  return [...Array(count).keys()].filter((index) => usesDatabase(index) === database).map(nameOf);
}

/** The page receives so many functions, with the metrics of the one that there is. */
async function pretendFunctions(page: Page, count: number): Promise<void> {
  await page.route('**/api/stack', async (route) => {
    const response = await route.fetch();
    const metrics = (await response.json()) as { functions: Record<string, object> };
    const [state] = Object.values(metrics.functions);
    const functions = Object.fromEntries(
      [...Array(count).keys()].map((index) => [nameOf(index), { ...state, database: usesDatabase(index) }]),
    );
    await route.fulfill({ response, json: { ...metrics, functions } });
  });
  await page.getByRole('rowheader', { name: nameOf(0) }).waitFor();
}

/** The response has a part of the screen that is worth the name. */
async function expectFirstScreen(page: Page): Promise<void> {
  await page.evaluate('scrollTo(0, 0)');
  expect(await bottomOf(page.getByRole('button', { name: 'Run', exact: true }))).toBeLessThan(VIEWPORT.height);
  expect(await bottomOf(page.locator('.response'))).toBeLessThan(VIEWPORT.height);
  expect((await page.locator('.response').boundingBox())?.height).toBeGreaterThan(250);
}

async function bottomOf(locator: Locator): Promise<number> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('It is not visible.');
  return box.y + box.height;
}
