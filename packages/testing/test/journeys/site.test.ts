/** The frontend, built as for Amplify Hosting, with aws-amplify as it is published, in Chromium against the local stack. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { localApp } from '../../app/local.config.js';
import { type AdopterProject, cloneForAdopter } from '../../support/adopter-project.js';
import { type BuiltSite, buildSite } from '../../support/built-site.js';
import { chromiumMissing, launchChromium } from '../../support/chromium.js';
import { startTestStack, type TestStack } from '../../support/local-stack.js';

const PASSWORD = 'Correct-horse-7';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let project: AdopterProject;
let stack: TestStack;
let site: BuiltSite;
let browser: Browser;
let pages: Page[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  project = cloneForAdopter();
  const app = {
    ...localApp,
    projectDirectory: project.folder,
    migrationsFolder: join(project.folder, 'src/migrations'),
  };
  stack = await startTestStack({ app, outputsDirectory: project.folder });
  await vi.waitFor(() => expect(existsSync(join(project.folder, 'amplify_outputs.json'))).toBe(true), 30_000);
  [site, browser] = [await buildSite(project), await launchChromium()];
});
afterEach(async () => {
  await Promise.all(pages.map((page) => page.context().close()));
  pages = [];
  expect(complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await stack?.stop();
  project?.remove();
});

async function open(url = site.url, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  return openIn(await context.newPage(), url);
}

async function openIn(page: Page, url = site.url): Promise<Page> {
  pages.push(page);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(http|ws):\/\/localhost:|^data:/.test(request.url())) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
const fill = async (page: Page, values: Record<string, string>) => {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value);
};

async function signIn(page: Page, email: string, password = 'Local-password-1'): Promise<void> {
  await fill(page, { Email: email, Password: password });
  await press(page, 'Sign in');
}

async function signUp(page: Page, email: string): Promise<void> {
  await press(page, 'Create an account');
  await fill(page, { Email: email, Password: PASSWORD });
  await press(page, 'Create account');
  await heading(page, 'Confirm your address');
  await fill(page, { Code: codeFor(email) });
  await press(page, 'Confirm');
  await heading(page, 'Orders');
}

function codeFor(email: string): string {
  const message = stack.inbox.messages().find(({ to }) => to === email);
  if (message === undefined) throw new Error(`There is no message for ${email}.`);
  return message.code;
}

async function place(page: Page, sku: string): Promise<void> {
  await fill(page, { Article: sku });
  await press(page, 'Place order');
  await rowOf(page, sku).waitFor();
}

const rowOf = (page: Page, sku: string) => page.getByRole('listitem').filter({ hasText: sku });

test.skipIf(chromiumMissing)(
  'a new user confirms their address, places an order, finds it again, and cancels it',
  async () => {
    const page = await open();
    await signUp(page, 'dora@example.com');
    await page.getByText('You have no orders yet.').waitFor();
    await place(page, 'KETTLE');
    await page.reload();
    await rowOf(page, 'KETTLE').getByRole('button', { name: 'Cancel' }).click();
    await rowOf(page, 'KETTLE').getByText('cancelled').waitFor();
    await press(page, 'Sign out');
    await heading(page, 'Sign in');
    await page.reload();

    await heading(page, 'Sign in');
  },
);

test.skipIf(chromiumMissing)(
  'nobody sees the order of another, and an admin sees the totals and the database',
  async () => {
    const [alice, bob, carol] = [await open(), await open(), await open()];
    await signIn(alice, 'alice@example.com');
    await place(alice, 'FOR-ALICE');
    await signIn(bob, 'bob@example.com');
    await place(bob, 'FOR-BOB');
    await signIn(carol, 'carol@example.com');
    const overview = carol.getByRole('region', { name: 'All customers' });
    await overview.getByText('PostgreSQL 17').waitFor();

    expect(await rowOf(bob, 'FOR-ALICE').count()).toBe(0);
    expect(await rowOf(alice, 'FOR-BOB').count()).toBe(0);
    expect(await rowOf(carol, 'FOR-ALICE').count()).toBe(0);
    expect(await overview.textContent()).toMatch(/orders€[\d,.]+/);
    expect(await bob.getByText('All customers').count()).toBe(0);
  },
);

test.skipIf(chromiumMissing)(
  'an order that is placed in one tab appears in the other, and in no tab of another user',
  async () => {
    const first = await open();
    await signIn(first, 'alice@example.com');
    await heading(first, 'Orders');
    const subscribed = () => stack.recentRequests().filter(({ operation }) => operation === 'onOrderPlaced').length;
    const before = subscribed();
    const second = await openIn(await first.context().newPage());
    const bob = await open();
    await signIn(bob, 'bob@example.com');
    await expect.poll(subscribed, { timeout: 10_000 }).toBe(before + 2);
    await place(first, 'SEEN-TWICE');

    await rowOf(second, 'SEEN-TWICE').waitFor();
    expect(await rowOf(first, 'SEEN-TWICE').count()).toBe(1);
    expect(await rowOf(bob, 'SEEN-TWICE').count()).toBe(0);
  },
);

test.skipIf(chromiumMissing)('a second factor is turned on and asked for at the next sign-in', async () => {
  const page = await open();
  await signUp(page, 'erin@example.com');
  await press(page, 'Turn on');
  const secret = (await page.locator('code').textContent()) ?? '';
  const totp = new TOTP({ secret });
  await fill(page, { Code: totp.generate() });
  await press(page, 'Verify');
  await page.getByRole('button', { name: 'Turn off' }).waitFor();
  await press(page, 'Sign out');
  await signIn(page, 'erin@example.com', PASSWORD);
  await heading(page, 'Second factor');
  await fill(page, { Code: totp.generate({ timestamp: Date.now() + 30_000 }) });
  await press(page, 'Verify');

  await heading(page, 'Orders');
});

test.skipIf(chromiumMissing)('a forgotten password is replaced with a code, and the old one is refused', async () => {
  const page = await open();
  await signUp(page, 'frank@example.com');
  await press(page, 'Sign out');
  await press(page, 'Forgotten password');
  await fill(page, { Email: 'frank@example.com' });
  await press(page, 'Send a code');
  await heading(page, 'Choose a new password');
  await fill(page, { Code: codeFor('frank@example.com'), 'New password': 'Battery-staple-8' });
  await press(page, 'Set password');
  await heading(page, 'Orders');
  await press(page, 'Sign out');
  await signIn(page, 'frank@example.com', PASSWORD);

  await page.getByText('Incorrect username or password.').waitFor();
});

test.skipIf(chromiumMissing)('an expired token is refreshed, until the user is disabled', async () => {
  const page = await open();
  await signUp(page, 'grace@example.com');
  await place(page, 'BEFORE');
  const calls: string[] = [];
  page.on('request', (request) => calls.push(request.headers()['x-amz-target'] ?? ''));
  await page.clock.install({ time: Date.now() + 20 * 60_000 });
  await page.reload();
  await rowOf(page, 'BEFORE').waitFor();
  const refreshes = calls.filter((target) => /GetTokensFromRefreshToken|InitiateAuth/.test(target)).length;
  const user = stack.userPool.users.find('grace@example.com');
  if (user !== undefined) user.isEnabled = false;
  await page.clock.setSystemTime(Date.now() + 60 * 60_000);
  await page.reload();

  await heading(page, 'Sign in');
  expect(user?.isEnabled).toBe(false);
  expect(refreshes).toBeGreaterThan(0);
});

test.skipIf(chromiumMissing)(
  'an order that the domain rejects shows every problem, and keeps what was typed',
  async () => {
    const page = await open();
    await signIn(page, 'alice@example.com');
    await heading(page, 'Orders');
    await page.getByLabel('Price in EUR').fill('20000000');
    await fill(page, { Article: 'TOO-MUCH', Quantity: '10000' });
    await press(page, 'Place order');
    await page.getByText('lines: The total is above 2147483647 cents.').waitFor();

    expect(await page.getByLabel('Article').inputValue()).toBe('TOO-MUCH');
  },
);

test.skipIf(chromiumMissing)(
  'no page has a finding of axe, or is wider than the screen',
  { timeout: 180_000 },
  async () => {
    const findings: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [400, 1280, 1600]) {
        const page = await open(site.url, { colorScheme, viewport: { width, height: 900 } });
        const inspect = async (name: string) => {
          await page.evaluate(AXE);
          const found = await page.evaluate<string[]>(
            'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
          );
          const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          findings.push(...found.map((finding) => `${name} ${colorScheme} ${width}: ${finding}`));
          if (overflow > 0) findings.push(`${name} ${colorScheme} ${width}: ${overflow} px too wide`);
          const { SCREENSHOTS } = process.env;
          if (SCREENSHOTS)
            await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}-${width}.png`), fullPage: true });
        };
        await heading(page, 'Sign in');
        await inspect('sign-in');
        await signIn(page, 'carol@example.com');
        await page.getByText('PostgreSQL 17').waitFor();
        await place(page, `${colorScheme}-${width}`);
        await press(page, 'Turn on');
        await page.locator('code').waitFor();
        await inspect('home');
      }
    }

    expect(findings).toEqual([]);
  },
);

test.skipIf(chromiumMissing)('npm start serves the same page at /app/ and reloads what is edited', async () => {
  const page = await open(stack.url);
  await page.getByRole('link', { name: 'Open the app' }).click();
  await signIn(page, 'alice@example.com');
  await heading(page, 'Orders');
  project.replace('site/src/orders/order-list.tsx', '<h1 id="orders">Orders</h1>', '<h1 id="orders">My orders</h1>');

  await heading(page, 'My orders');
});

test('the first load is under 200 kB, compressed', async () => {
  expect(await site.firstLoadBytes()).toBeLessThan(200_000);
});

test('the build holds no address: only amplify_outputs.json does', () => {
  const { output } = project.run('grep', '-rlE', 'localhost:[0-9]|local_|local-1', 'site/dist', 'site/src');

  expect(output.trim()).toBe('site/dist/amplify_outputs.json');
});
