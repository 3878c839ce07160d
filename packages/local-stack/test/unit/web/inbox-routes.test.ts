import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inbox } from '../../../src/cognito/inbox.js';
import { createInboxRoutes } from '../../../src/web/inbox/routes.js';
import { startWebServer, type WebServer } from '../../../src/web/server.js';

const inbox = new Inbox();
let server: WebServer;

beforeAll(async () => {
  server = await startWebServer({ port: 0, routes: createInboxRoutes(inbox) });
});
afterAll(() => server.stop());

const message = {
  sentAt: '2026-01-01T00:00:00.000Z',
  to: 'ada@example.com',
  username: 'ada',
  purpose: 'confirm the sign-up',
  code: '000042',
  expiresAt: '2026-01-02T00:00:00.000Z',
};
const ask = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}/console/inbox.json`, { method, headers });

describe('GET /console/inbox.json', () => {
  it('gives the last 100 messages, the newest first, and is kept by no browser', async () => {
    for (let index = 0; index <= 100; index += 1) inbox.deliver({ ...message, code: String(index) });

    const response = await ask();

    const { messages } = (await response.json()) as { messages: { code: string }[] };
    expect(messages).toHaveLength(100);
    expect(messages[0]).toEqual({ ...message, id: expect.any(String), code: '100' });
    expect(messages.at(-1)?.code).toBe('1');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('answers a page of this server', async () => {
    expect((await ask({ 'sec-fetch-site': 'same-origin', origin: server.url })).status).toBe(200);
  });

  it.each([
    ['a page of another origin', { origin: 'https://attacker.example' }],
    ['another port of this machine', { origin: 'http://localhost:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a page that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['a page that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
  ])('refuses %s', async (_, headers) => {
    const response = await ask(headers);

    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('ada@example.com');
  });

  it('takes GET alone', async () => {
    const response = await ask({}, 'POST');

    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
