import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLookRoutes } from '../../../src/web/look/routes.js';
import { startWebServer, type WebServer } from '../../../src/web/server.js';

let server: WebServer;
let looks = 0;

beforeEach(async () => {
  looks = 0;
  const look = async () => [
    { functionName: 'orders-api', status: 'ok' as const, summary: `look ${++looks}`, hops: [] },
  ];
  server = await startWebServer({ port: 0, routes: createLookRoutes(look) });
});
afterEach(() => server.stop());

test('POST /api/look has each function look, once a request', async () => {
  const response = await fetch(`${server.url}/api/look`, { method: 'POST' });

  expect(await response.json()).toMatchObject({ functions: [{ functionName: 'orders-api', summary: 'look 1' }] });
});

test.each([
  ['GET, as a prefetch would be', 405, {}],
  ['POST of a page of another site', 403, { origin: 'https://other.example', 'sec-fetch-site': 'cross-site' }],
])('%s opens no connection', async (name, status, headers) => {
  const method = name.startsWith('GET') ? 'GET' : 'POST';

  expect((await fetch(`${server.url}/api/look`, { method, headers })).status).toBe(status);
  expect(looks).toBe(0);
});
