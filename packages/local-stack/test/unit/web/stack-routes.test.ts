import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RequestTrace } from '../../../src/request-traces.js';
import { startWebServer, type WebServer } from '../../../src/web/server.js';
import { createStackRoutes, type ObservedStack } from '../../../src/web/stack/routes.js';

const FAULTS = { latencyMillis: 0, refuseConnections: false, exhaustPool: true, expireCredentials: false };
const STATISTICS = { databaseErrors: 3 } as ReturnType<ObservedStack['proxy']['statistics']>;

/** The newest first: two that failed, one that did not. */
const TRACES = [3, 2, 1].map(
  (id): RequestTrace => ({
    id,
    requestId: `appsync-${id}`,
    operation: 'listOrders',
    username: 'alice',
    status: 200,
    errorTypes: id === 1 ? [] : ['DatabaseTimeout'],
    millis: 5,
    startedAt: '2026-11-25T10:00:00.000Z',
    invocations: [
      {
        functionName: 'orders-api',
        fieldName: 'listOrders',
        requestId: `lambda-${id}`,
        startMillis: 0,
        totalMillis: 4,
        initMillis: undefined,
        millis: 3,
        errorType: undefined,
        database: undefined,
      },
    ],
  }),
);

let server: WebServer;
let requests = 0;

beforeEach(async () => {
  requests = 0;
  const stack: ObservedStack = {
    statistics: () => ({ appSync: { requests, errors: 0, p50Millis: undefined }, functions: {} }),
    recentRequests: () => TRACES,
    logsOf: (requestId) => [`END RequestId: ${requestId}`],
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
    requests: JSON.parse(JSON.stringify(TRACES)),
  });
});

test('other methods are refused', async () => {
  expect((await fetch(`${server.url}/api/stack`, { method: 'POST' })).status).toBe(405);
});

test.each([
  ['', [3, 2, 1]],
  ['?errors', [3, 2]],
  ['?limit=1', [3]],
  ['?requestId=appsync-1', [1]],
  ['?requestId=lambda-2', [2]],
  ['?errors=true&requestId=lambda-1', []],
])(
  'GET /api/requests%s gives the requests that it is about, with the log lines of each invocation',
  async (query, ids) => {
    const response = await fetch(`${server.url}/api/requests${query}`);
    const { requests }: { requests: (RequestTrace & { invocations: { logs: string[] }[] })[] } = JSON.parse(
      await response.text(),
    );

    expect(requests.map(({ id }) => id)).toEqual(ids);
    expect(requests.map(({ invocations }) => invocations[0]?.logs)).toEqual(
      ids.map((id) => [`END RequestId: lambda-${id}`]),
    );
  },
);

test.each(['?limit=0', '?limit=x', '?error', '?errors=no', '?requestId='])(
  'GET /api/requests%s is refused, with what is expected',
  async (query) => {
    const response = await fetch(`${server.url}/api/requests${query}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ expected: '?errors&requestId=ID&limit=1..100' });
  },
);
