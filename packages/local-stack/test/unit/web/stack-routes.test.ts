import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWebServer, type WebServer } from '../../../src/web/server.js';
import { createStackRoutes, type ObservedStack } from '../../../src/web/stack/routes.js';

const FAULTS = { latencyMillis: 0, refuseConnections: false, exhaustPool: true, expireCredentials: false };
const STATISTICS = { databaseErrors: 3 } as ReturnType<ObservedStack['proxy']['statistics']>;

let server: WebServer;
let requests = 0;

beforeEach(async () => {
  requests = 0;
  const stack: ObservedStack = {
    statistics: () => ({ appSync: { requests, errors: 0, p50Millis: undefined }, functions: {} }),
    recentRequests: () => [],
    proxy: { statistics: () => STATISTICS, pins: () => [], faults: () => FAULTS },
  };
  server = await startWebServer({ port: 0, routes: createStackRoutes(stack, new Date('2026-11-25T10:00:00Z')) });
});
afterEach(() => server.stop());

test('GET /api/stack tells every hop as it is now, and which run of the stack it is of', async () => {
  requests = 7;

  const response = await fetch(`${server.url}/api/stack`);

  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({
    startedAt: '2026-11-25T10:00:00.000Z',
    appSync: { requests: 7, errors: 0 },
    functions: {},
    proxy: { databaseErrors: 3 },
    faults: FAULTS,
    pins: [],
    requests: [],
  });
});

test('other methods are refused', async () => {
  expect((await fetch(`${server.url}/api/stack`, { method: 'POST' })).status).toBe(405);
});
