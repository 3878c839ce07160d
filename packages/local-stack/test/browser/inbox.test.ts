/** The inbox of the console page: what somebody sees who signs up and waits for a code. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { whenReady } from './console-page.js';
import { describePages } from './describe-pages.js';
import { readLayout, weakContrasts } from './page-inspections.js';

describePages('the inbox of the console page', (pages) => {
  const signUp = async (email: string): Promise<string> => {
    const { url, userPool, inbox } = pages.stack();
    const response = await fetch(`${url}/cognito-idp`, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.SignUp' },
      body: JSON.stringify({ ClientId: userPool.clientId, Username: email, Password: 'Correct-horse-1' }),
    });
    expect(await response.json()).toMatchObject({ UserConfirmed: false });
    return inbox.messages()[0]?.code ?? '';
  };
  const messages = (page: Page) => page.getByRole('region', { name: 'Inbox' }).getByRole('listitem');

  it('shows a code a moment after a sign-up: to whom, for what, the newest first', async () => {
    const page = await whenReady(await pages.open('/'));
    const first = await signUp('ada@example.com');
    await messages(page).first().waitFor();
    const second = await signUp('grace@example.com');
    await messages(page).nth(1).waitFor();

    const texts = await messages(page).allInnerTexts();
    expect(texts[0]).toContain(second);
    expect(texts[0]).toContain('grace@example.com');
    expect(texts[0]).toContain('confirm the sign-up');
    expect(texts[1]).toContain(first);
  });

  it('copies a code', async () => {
    const page = await whenReady(await pages.open('/', { permissions: ['clipboard-read', 'clipboard-write'] }));
    const code = await signUp('alan@example.com');

    await page.getByRole('button', { name: 'Copy: code for alan@example.com' }).click();

    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(code);
  });

  it.each(['light', 'dark'] as const)('is legible and fits a narrow screen, %s', async (colorScheme) => {
    const page = await whenReady(await pages.open('/', { colorScheme, viewport: { width: 400, height: 900 } }));
    await signUp(`somebody.with.a.very.long.name.${colorScheme}@subdomain.of.some.example.com`);
    await page.getByText(`long.name.${colorScheme}`).waitFor();

    expect((await readLayout(page)).scrollWidth).toBe(400);
    expect(await weakContrasts(page)).toEqual([]);
  });
});
