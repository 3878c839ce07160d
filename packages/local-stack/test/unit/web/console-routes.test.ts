import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalUserPool, loadOrCreateUserPool } from '../../../src/cognito/user-pool.js';
import { createConsoleRoutes } from '../../../src/web/console/routes.js';
import { startWebServer, type WebServer } from '../../../src/web/server.js';

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
  server = await startWebServer({
    port: 0,
    routes: createConsoleRoutes({ app, userPool, describeStack, hasFrontend: true }),
  });
});

afterAll(async () => {
  await server.stop();
  await rm(stateDirectory, { recursive: true });
});

const app = {
  users: [{ username: 'alice', groups: [] }],
  operations: [{ name: 'List', note: 'Lists.', query: '{ list }' }],
};

describe('POST /console/token', () => {
  it.each([
    [{ user: 'alice' }, { username: 'alice', groups: null }],
    [
      { user: 'zoë@example.com', groups: [] },
      { username: 'zoë@example.com', groups: null },
    ],
    [
      { user: 'carol', groups: ['admins', 'auditors'] },
      { username: 'carol', groups: ['admins', 'auditors'] },
    ],
  ])('gives the page a token of %o', async (asked, identity) => {
    const response = await requestToken(asked);

    const { token } = (await response.json()) as { token: string };
    expect(await userPool.verifyToken(token)).toMatchObject(identity);
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

  it.each([
    ['{}', 'User name: Required. Send {"user": "alice", "groups": []}.'],
    ['{"user":"a b"}', 'User name: expected 1 to 128 characters without spaces.'],
    [`{"user":"${'x'.repeat(129)}"}`, 'User name: expected 1 to 128 characters'],
    ['{"user":"alice","groups":["ok",""]}', 'Group 2: expected 1 to 128 characters'],
    ['{"user":"alice","groups":"admins"}', 'Groups: Expected array'],
    ['{"user":"alice","sub":"1"}', "Body: Unrecognized key(s) in object: 'sub'."],
    ['null', 'Body: Expected object'],
    ['alice', 'as JSON of at most 16384 bytes.'],
    ['', 'as JSON of at most 16384 bytes.'],
    [`{"user":"alice","x":"${'x'.repeat(20_000)}"}`, 'as JSON of at most 16384 bytes.'],
  ])('refuses the body %j, and says what is wrong', async (body, problem) => {
    const response = await fetch(`${server.url}/console/token`, {
      method: 'POST',
      headers: { origin: server.url },
      body,
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain(problem);
  });

  it('is not readable by GET', async () => {
    expect((await fetch(`${server.url}/console/token`)).status).toBe(405);
  });
});

describe('/console/stack.json', () => {
  it('has the parts as they are now, the commands, and the samples', async () => {
    const response = await fetch(`${server.url}/console/stack.json`);

    expect(await response.json()).toEqual({
      parts: [{ name: 'PostgreSQL', detail: 'Version 17', address: `beside port ${server.port}` }],
      commands: [{ name: 'psql', command: 'psql …' }],
      users: app.users,
      operations: app.operations,
      hasFrontend: true,
    });
  });
});

describe('the files of the page', () => {
  it('are all there, none too many, and name nothing of another host', async () => {
    const seen = new Set<string>();
    const waiting = ['/'];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const response = await fetch(server.url + path);
      expect(response.status, path).toBe(200);
      const text = await response.text();
      const named = [...text.matchAll(/(?:src=|href=|from )["']([^"'#][^"']*)["']/g)].map(([, name = '']) => name);
      expect(
        named.filter((name) => !/^\.?\/(?!\/)/.test(name)),
        path,
      ).toEqual([]);
      const ownFiles = named.filter((name) => !['/graphiql', '/app/'].includes(name));
      waiting.push(...ownFiles.map((name) => name.replace(/^\.\//, '/console/')));
    }

    const files = await readdir(new URL('../../../src/web/console/page/', import.meta.url));
    expect(files.length).toBeGreaterThan(20);
    expect([...seen].sort()).toEqual(files.map((file) => (file === 'page.html' ? '/' : `/console/${file}`)).sort());
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
