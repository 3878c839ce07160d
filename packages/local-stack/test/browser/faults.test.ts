/**
 * Each fault switch of the console page is pressed, and its effect is seen: by the caller, and on the page. `npm test`
 * presses one of a kind: one of the proxy's, one that refuses, one of PostgreSQL's.
 */
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { faultNote, metric, run, runUntilAnswered, selectedSpans, whenReady } from './console-page.js';
import { describePages } from './describe-pages.js';

describePages('the fault switches', (pages) => {
  /** With a connection from the function to the proxy that is open and idle. */
  async function open(): Promise<Page> {
    const page = await whenReady(await pages.open('/'));
    await runUntilAnswered(page);
    return page;
  }
  const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
  const turn = (page: Page, name: string, on: boolean) => page.getByRole('switch', { name }).setChecked(on);
  const errorTypes = async (page: Page) => (await run(page)).errors?.map(({ errorType }) => errorType);
  const databaseMetrics = () => pages.stack().proxy.statistics().databaseConnections;

  afterEach(() => pages.stack().proxy.applyFault({ fault: 'clear' }));

  it('latency: the query takes that much longer', async () => {
    const page = await open();
    await page.getByLabel('Delay in ms').fill('300');

    await turn(page, 'Latency', true);
    await runUntilAnswered(page);

    await expect.poll(async () => (await selectedSpans(page)).Query).toBeGreaterThanOrEqual(300);
    expect(pages.stack().proxy.faults().latencyMillis).toBe(300);
    await turn(page, 'Latency', false);
    await expect.poll(() => pages.stack().proxy.faults().latencyMillis).toBe(0);
  });

  it('refuse connections: a function without an open one gets a typed error, until it is off', async () => {
    const page = await open();
    const refused = Number(await metric(page, 'RDS Proxy', 'Refused'));

    await turn(page, 'Refuse connections', true);
    await press(page, 'Drop idle clients');
    await expect.poll(() => faultNote(page)).toMatch(/^Drop idle clients: \d client connections? affected\.$/);

    expect(await errorTypes(page)).toEqual(['DatabaseUnavailable']);
    expect(await page.getByRole('alert').textContent()).toContain('The database cannot be reached. Try again.');
    await expect.poll(async () => Number(await metric(page, 'RDS Proxy', 'Refused'))).toBeGreaterThan(refused);
    await turn(page, 'Refuse connections', false);
    await runUntilAnswered(page);
  });

  it.runIf(exhaustive)('expire credentials: new logins are refused, until it is off', async () => {
    const page = await open();

    await turn(page, 'Expire credentials', true);
    await press(page, 'Drop idle clients');
    await expect.poll(() => faultNote(page)).toContain('affected');

    expect(await errorTypes(page)).toEqual(['InternalError']);
    expect(pages.stack().output.join('\n')).toContain('the credentials count as expired (fault)');
    await turn(page, 'Expire credentials', false);
    await runUntilAnswered(page);
  });

  it.runIf(exhaustive)('drop idle clients: the next request opens a connection', async () => {
    const page = await open();
    await runUntilAnswered(page);
    await expect.poll(async () => Object.keys(await selectedSpans(page))).not.toContain('Connect to the proxy');

    await press(page, 'Drop idle clients');
    await expect.poll(() => metric(page, 'RDS Proxy', 'Clients')).toBe('0');
    await runUntilAnswered(page);

    await expect.poll(async () => Object.keys(await selectedSpans(page))).toContain('Connect to the proxy');
  });

  it.runIf(exhaustive)(
    'silence connections: the query runs out of time, and the next one goes over a new connection',
    async () => {
      const page = await open();

      await press(page, 'Silence connections');
      await expect.poll(() => faultNote(page)).toContain('affected');

      expect(await errorTypes(page)).toEqual(['DatabaseTimeout']);
      await runUntilAnswered(page);
      await expect.poll(async () => Object.keys(await selectedSpans(page))).toContain('Connect to the proxy');
    },
  );

  it.runIf(exhaustive)('exhaust the pool: a client gets an error after the borrow timeout', async () => {
    const page = await open();

    await turn(page, 'Exhaust the pool', true);

    expect(await errorTypes(page)).toEqual(['DatabaseUnavailable']);
    await expect.poll(() => metric(page, 'RDS Proxy', 'Timed out')).toBe(String(databaseMetrics().timedOut));
    expect(databaseMetrics().timedOut).toBeGreaterThan(0);
    await turn(page, 'Exhaust the pool', false);
    await runUntilAnswered(page);
  });

  it('fail over: every database connection drops, and requests wait for the new writer', async () => {
    const page = await open();
    const { opened } = databaseMetrics();
    await page.getByLabel('Pause in ms').fill('500');

    await press(page, 'Fail over');
    await expect.poll(() => faultNote(page)).toMatch(/^Fail over: \d database connections? dropped\.$/);
    await runUntilAnswered(page);

    expect(databaseMetrics().opened).toBeGreaterThan(opened);
  });

  it.runIf(exhaustive)('restart PostgreSQL: it is another process, and requests go on', async () => {
    const page = await open();
    const { opened } = databaseMetrics();

    await press(page, 'Restart PostgreSQL');
    await expect.poll(() => faultNote(page), { timeout: 20_000 }).toBe('Restart PostgreSQL.');
    await runUntilAnswered(page);

    expect(databaseMetrics().opened).toBeGreaterThan(opened);
  });

  it('shows switches that others have set, and ends all of them at once', async () => {
    const page = await open();
    await pages.stack().proxy.applyFault({ fault: 'latency', millis: 120 });
    await pages.stack().proxy.applyFault({ fault: 'exhaust-pool', on: true });
    const end = page.getByRole('button', { name: 'End 2 faults' });
    await end.waitFor();
    expect(await page.getByRole('switch', { name: 'Latency' }).isChecked()).toBe(true);
    expect(await page.getByLabel('Delay in ms').inputValue()).toBe('120');

    await end.click();

    await page.getByRole('button', { name: 'No fault is on' }).waitFor();
    expect(await page.getByRole('switch', { checked: true }).count()).toBe(0);
    expect(Object.values(pages.stack().proxy.faults()).some(Boolean)).toBe(false);
  });

  it.runIf(exhaustive)('stays off with a duration that is none, as the browser says', async () => {
    const page = await open();
    await page.getByLabel('Delay in ms').fill('999999');

    await page.getByRole('switch', { name: 'Latency' }).click();

    expect(await page.getByRole('switch', { name: 'Latency' }).isChecked()).toBe(false);
    expect(await page.locator('#millis-latency:invalid').count()).toBe(1);
    expect(pages.stack().proxy.faults().latencyMillis).toBe(0);
  });
});
