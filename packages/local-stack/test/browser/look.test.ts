/** The console's look from inside, in a real browser: a healthy path, and one with a fault. */
import { expect, it } from 'vitest';
import { whenReady } from './console-page.js';
import { describePages } from './describe-pages.js';

describePages('a look from inside in the console', (pages) => {
  const look = async () => {
    const page = await whenReady(await pages.open('/'));
    await page.getByRole('button', { name: 'Look from inside' }).click();
    await page.locator('#looks .look').first().waitFor({ timeout: 20_000 });
    return page;
  };

  it('shows each function with its hops, and the migrations as the one that migrates sees them', async () => {
    const page = await look();

    expect(await page.locator('#look-note').textContent()).toBe('Every function reaches the database.');
    expect(await page.locator('.look > strong').allTextContents()).toEqual(['orders-api', 'migrations']);
    const titles = page.locator('.look').first().locator('.look-hop > b');
    expect(await titles.allTextContents()).toEqual([
      'DNS',
      'TCP',
      'TLS',
      'IAM token',
      'Login',
      'Statement',
      'Migrations',
    ]);
    expect(await page.locator('.look-hop.failed').count()).toBe(0);
    expect(await page.locator('.look').last().textContent()).toMatch(/\d applied, none pending\./);
  });

  it('names the hop that a fault strikes, the fix and the check', async () => {
    await pages.stack().proxy.applyFault({ fault: 'expire-credentials', on: true });
    try {
      const page = await look();

      expect(await page.locator('#look-note').textContent()).toContain('Something is wrong for orders-api');
      const failed = page.locator('.look').first().locator('.look-hop.failed');
      expect(await failed.locator('b').first().textContent()).toBe('Login');
      expect(await failed.textContent()).toContain('function-logins');
    } finally {
      await pages.stack().proxy.applyFault({ fault: 'clear' });
    }
  });
});
