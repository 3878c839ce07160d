import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalUserPool, loadOrCreateUserPool } from '../../../../src/local/cognito/user-pool.js';
import { createConsoleRoutes } from '../../../../src/local/web/console/routes.js';
import { startWebServer, type WebServer } from '../../../../src/local/web/server.js';

let stateDirectory: string;
let userPool: LocalUserPool;
let server: WebServer;

beforeAll(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'console-routes-'));
  userPool = await loadOrCreateUserPool(stateDirectory);
  const describeStack = () => ({
    parts: [{ name: 'PostgreSQL', detail: 'Version 17', address: `beside port ${server.port}` }],
    commands: [{ name: 'psql', command: 'psql …' }],
  });
  server = await startWebServer({ port: 0, routes: createConsoleRoutes({ userPool, describeStack }) });
});

afterAll(async () => {
  await server.stop();
  await rm(stateDirectory, { recursive: true });
});

describe('POST /console/token', () => {
  it.each([
    ['alice', null],
    ['bob', null],
    ['carol', ['admins']],
  ])('gives the page a token of %s', async (user, groups) => {
    const response = await requestToken({ user });

    const { token } = (await response.json()) as { token: string };
    expect(await userPool.verifyToken(token)).toMatchObject({ username: user, groups });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['a page of another origin', { origin: 'https://attacker.example' }],
    ['another port of this machine', { origin: 'http://localhost:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a page that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['a page that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
  ])('refuses %s', async (_, headers) => {
    const response = await requestToken({ user: 'alice' }, headers);

    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('eyJ');
  });

  it('refuses a caller that is no page, and names the command for it', async () => {
    const response = await fetch(`${server.url}/console/token`, { method: 'POST', body: '{"user":"alice"}' });

    expect(response.status).toBe(403);
    expect(await response.text()).toContain('npm run -s user:token');
  });

  it.each(['{"user":"root"}', '{}', 'null', 'alice', '', `{"user":"alice","x":"${'x'.repeat(2000)}"}`])(
    'refuses the body %j',
    async (body) => {
      const response = await fetch(`${server.url}/console/token`, {
        method: 'POST',
        headers: { origin: server.url },
        body,
      });

      expect(response.status).toBe(400);
    },
  );

  it('is not readable by GET', async () => {
    expect((await fetch(`${server.url}/console/token`)).status).toBe(405);
  });
});

describe('/console/stack.json', () => {
  it('has the parts as they are now, the commands and the users', async () => {
    const response = await fetch(`${server.url}/console/stack.json`);

    expect(await response.json()).toEqual({
      parts: [{ name: 'PostgreSQL', detail: 'Version 17', address: `beside port ${server.port}` }],
      commands: [{ name: 'psql', command: 'psql …' }],
      users: [
        { username: 'alice', groups: [] },
        { username: 'bob', groups: [] },
        { username: 'carol', groups: ['admins'] },
      ],
    });
  });
});

describe('the files of the page', () => {
  it('are all there: each one that another names', async () => {
    const seen = new Set<string>();
    const waiting = ['/'];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const response = await fetch(server.url + path);
      expect(response.status, path).toBe(200);
      const text = await response.text();
      const named = [...text.matchAll(/(?:src=|href=|from )["'](\.?\/[\w./-]+)["']/g)].map(([, name = '']) => name);
      waiting.push(...named.filter((name) => name !== '/graphiql').map((name) => name.replace(/^\.\//, '/console/')));
    }

    expect([...seen].sort()).toEqual([
      '/',
      '/console/api.js',
      '/console/dom.js',
      '/console/icon.svg',
      '/console/orders.js',
      '/console/page.css',
      '/console/page.js',
      '/console/query.js',
      '/console/stack.js',
    ]);
  });

  it('are only read', async () => {
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
    const head = await fetch(server.url, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });
});

function requestToken(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/console/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url, ...headers },
    body: JSON.stringify(body),
  });
}
