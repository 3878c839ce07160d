import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultRequest } from '../../../src/rds-proxy/server.js';
import { createProxyRoutes } from '../../../src/web/proxy/routes.js';
import { startWebServer, type WebServer } from '../../../src/web/server.js';

let server: WebServer;
let applied: FaultRequest[];

beforeEach(async () => {
  applied = [];
  const faults = { latencyMillis: 0, refuseConnections: false, exhaustPool: false, expireCredentials: false };
  const statistics = { databaseErrors: 3 } as ReturnType<Parameters<typeof createProxyRoutes>[0]['statistics']>;
  const routes = createProxyRoutes({
    statistics: () => statistics,
    pins: () => [],
    faults: () => faults,
    async applyFault(fault) {
      applied.push(fault);
      return { clientConnections: 1, databaseConnections: 2 };
    },
  });
  server = await startWebServer({ port: 0, routes });
});
afterEach(() => server.stop());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/proxy/faults`, { method: 'POST', body, headers });

test('GET /api/proxy answers with statistics, pins and faults', async () => {
  const response = await fetch(`${server.url}/api/proxy`);

  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({
    statistics: { databaseErrors: 3 },
    pins: [],
    faults: { latencyMillis: 0, refuseConnections: false, exhaustPool: false, expireCredentials: false },
  });
});

describe('POST /api/proxy/faults', () => {
  test('applies a fault, and answers with what it touched', async () => {
    const response = await post('{"fault":"failover","pauseMillis":10}');

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ result: { clientConnections: 1, databaseConnections: 2 } });
    expect(applied).toEqual([{ fault: 'failover', pauseMillis: 10 }]);
  });

  test('is open to a page of this server', async () => {
    const response = await post('{"fault":"clear"}', { origin: server.url, 'sec-fetch-site': 'same-origin' });

    expect(response.status).toBe(200);
  });

  test.each([
    { origin: 'https://example.com' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': 'none' },
  ])('is closed to a page of another: %o', async (headers) => {
    const response = await post('{"fault":"clear"}', headers as Record<string, string>);

    expect(response.status).toBe(403);
    expect(applied).toEqual([]);
  });

  test.each([
    ['no JSON', 'fault', 'no JSON'],
    ['an unknown fault', '{"fault":"earthquake"}', 'fault: '],
    ['a value out of range', '{"fault":"latency","millis":-1}', 'millis: '],
    ['a field too many', '{"fault":"clear","all":true}', 'body: '],
    ['too much', JSON.stringify({ fault: 'x'.repeat(2000) }), 'at most 1024 bytes'],
  ])('refuses %s, and says what is wrong', async (_, body, problem) => {
    const response = await post(body);

    expect(response.status).toBe(400);
    expect(((await response.json()) as { problems: string[] }).problems.join()).toContain(problem);
    expect(applied).toEqual([]);
  });
});

test('other methods are refused', async () => {
  expect((await fetch(`${server.url}/api/proxy`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${server.url}/api/proxy/faults`)).status).toBe(405);
});
