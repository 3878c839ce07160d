/** AppSync's behaviour over HTTP, with functions made up by each test in place of a Lambda. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schema } from '../../../../amplify/data/schema.js';
import { createAppSyncAccess } from '../../../../src/local/appsync/access-file.js';
import { createGraphqlEndpoint, type RequestRecord } from '../../../../src/local/appsync/endpoint.js';
import type { AppSyncEvent } from '../../../../src/local/appsync/event.js';
import { type LocalUserPool, loadOrCreateUserPool, subOf } from '../../../../src/local/cognito/user-pool.js';
import { startWebServer, type WebServer } from '../../../../src/local/web/server.js';

const REQUEST_LIMIT_MILLIS = 200;

const ORDER = {
  id: 'order-1',
  status: 'PLACED',
  currency: 'EUR',
  totalCents: 2500,
  lines: [{ sku: 'BOOK-1', quantity: 2, unitPriceCents: 1250 }],
  createdAt: '2024-05-01T10:00:00.000Z',
};

/** Fields that the project's own schema has not: other scalars, a pipeline, a list of groups. */
const MORE_SDL = `
  type Query {
    echo(json: AWSJSON, day: AWSDate, list: [Int!], optional: String): AWSJSON @function(name: "echo") @auth(rules: [{allow: private}])
    pipeline: String @function(name: "first") @function(name: "second") @auth(rules: [{allow: private}])
    staff: String @function(name: "staff") @auth(rules: [{allow: groups, groups: ["admins", "auditors"]}])
    report: Report @function(name: "report") @auth(rules: [{allow: private}])
    unruled: String @function(name: "unruled")
    later: Accepted @function(name: "later", invocationType: Event) @auth(rules: [{allow: private}])
  }
  type Accepted @aws_cognito_user_pools { success: Boolean! }
  type Report @aws_cognito_user_pools { title: String, secret: Secret }
  type Secret @aws_cognito_user_pools(cognito_groups: ["admins"]) { text: String }
`;

type Invoke = (functionName: string, event: AppSyncEvent) => Promise<unknown>;

let stateDirectory: string;
let userPool: LocalUserPool;
const access = createAppSyncAccess();
let server: WebServer;
let invoke: Invoke;
let events: { functionName: string; event: AppSyncEvent }[];
let records: RequestRecord[];
let alice: string;
let admin: string;

beforeAll(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'endpoint-'));
  userPool = await loadOrCreateUserPool(stateDirectory);
  alice = await userPool.issueToken({ username: 'alice' });
  admin = await userPool.issueToken({ username: 'carol', groups: ['admins'] });
  const serve = (sdl: string) =>
    createGraphqlEndpoint({
      sdl,
      userPool,
      access,
      region: 'eu-west-1',
      requestLimitMillis: REQUEST_LIMIT_MILLIS,
      onRequest: (record) => records.push(record),
      async invoke(functionName, event) {
        events.push({ functionName, event });
        return invoke(functionName, event);
      },
    });
  server = await startWebServer({
    port: 0,
    routes: [
      { path: '/graphql', handle: serve(schema.transform().schema) },
      { path: '/more', handle: serve(MORE_SDL) },
    ],
  });
});

afterAll(async () => {
  await server.stop();
  await rm(stateDirectory, { recursive: true });
});

beforeEach(() => {
  events = [];
  records = [];
  invoke = async () => ({ data: null });
});

describe('who may call', () => {
  const refused: [string, () => Promise<Record<string, string>>, string][] = [
    ['no authorization header', async () => ({}), 'Valid authorization header not provided.'],
    ['an empty one', async () => ({ authorization: '' }), 'Valid authorization header not provided.'],
    [
      'an API key, of which there is none',
      async () => ({ 'x-api-key': 'da2-x' }),
      'Valid authorization header not provided.',
    ],
    ['garbage', async () => ({ authorization: 'garbage' }), 'Unable to parse JWT token.'],
    ['a token after "Bearer"', async () => ({ authorization: `Bearer ${alice}` }), 'Unable to parse JWT token.'],
    [
      'an expired token',
      async () => ({ authorization: await userPool.issueToken({ username: 'alice', expiresInSeconds: -1 }) }),
      'Token has expired.',
    ],
    [
      'alg none',
      async () => ({ authorization: `${base64Url({ alg: 'none' })}.${base64Url(decodeJwt(alice))}.` }),
      'Valid authorization header not provided.',
    ],
    [
      'a token of another pool',
      async () => ({ authorization: await tokenOfAnotherPool() }),
      'Valid authorization header not provided.',
    ],
    [
      'the payload of another user',
      async () => {
        const [header, , signature] = alice.split('.');
        return { authorization: `${header}.${base64Url({ ...decodeJwt(alice), username: 'bob' })}.${signature}` };
      },
      'Valid authorization header not provided.',
    ],
  ];

  it.each(refused)('answers 401 to %s', async (_, headers, message) => {
    const response = await post('/graphql', await headers(), JSON.stringify({ query: '{ __typename }' }));

    expect(response).toEqual({ status: 401, body: { errors: [{ errorType: 'UnauthorizedException', message }] } });
    expect(events).toEqual([]);
  });

  it('tells an unknown caller nothing about the request', async () => {
    const { status } = await post('/graphql', {}, 'not JSON');

    expect(status).toBe(401);
  });

  it('refuses a field to a caller who is not in its group, without invoking the function', async () => {
    const { status, body } = await query(alice, '{ orderTotals { currency } }');

    expect(status).toBe(200);
    expect(body).toEqual({
      data: null,
      errors: [
        {
          path: ['orderTotals'],
          data: null,
          errorType: 'Unauthorized',
          errorInfo: null,
          locations: [{ line: 1, column: 3, sourceName: null }],
          message: 'Not Authorized to access orderTotals on type Query',
        },
      ],
    });
    expect(events).toEqual([]);
  });

  it('gives the field to a caller who is', async () => {
    invoke = async () => ({ data: [{ currency: 'EUR', orderCount: 2, totalCents: 5e9 }] });

    const { body } = await query(admin, '{ orderTotals { currency orderCount totalCents } }');

    expect(body).toEqual({ data: { orderTotals: [{ currency: 'EUR', orderCount: 2, totalCents: 5e9 }] } });
  });

  it.each([
    ['admins', true],
    ['auditors', true],
    ['customers', false],
  ])('takes %s for one of the groups of a rule: %s', async (group, allowed) => {
    invoke = async () => ({ data: 'yes' });
    const token = await userPool.issueToken({ username: 'x', groups: ['others', group] });

    const { body } = await query(token, '{ staff }', { path: '/more' });

    expect(body.data).toEqual({ staff: allowed ? 'yes' : null });
  });

  it('refuses the fields of a type that is for a group', async () => {
    invoke = async () => ({ data: { title: 'Q1', secret: { text: 'profit' } } });

    const forAlice = await query(alice, '{ report { title secret { text } } }', { path: '/more' });
    const forAdmin = await query(admin, '{ report { title secret { text } } }', { path: '/more' });

    expect(forAlice.body.data).toEqual({ report: { title: 'Q1', secret: { text: null } } });
    expect(forAlice.body.errors).toMatchObject([{ message: 'Not Authorized to access text on type Secret' }]);
    expect(forAdmin.body).toEqual({ data: { report: { title: 'Q1', secret: { text: 'profit' } } } });
  });

  it('refuses a field without a rule to every user, as Amplify leaves it to services', async () => {
    const { body } = await query(admin, '{ unruled }', { path: '/more' });

    expect(body.errors).toMatchObject([{ message: 'Not Authorized to access unruled on type Query' }]);
    expect(events).toEqual([]);
  });
});

describe('the event of a function', () => {
  it('is exactly what Amplify sends', async () => {
    invoke = async () => ({ data: ORDER });

    await query(
      alice,
      'mutation Place($lines: [OrderLineInput!]!) { placed: createOrder(currency: "EUR", lines: $lines) { id } }',
      { variables: { lines: ORDER.lines }, headers: { 'X-Trace': 'One', cookie: 'secret=1' } },
    );

    const { functionName, event } = theEvent();
    expect(functionName).toBe('orders-api');
    expect(event).toStrictEqual({
      typeName: 'Mutation',
      fieldName: 'createOrder',
      arguments: { currency: 'EUR', lines: ORDER.lines },
      identity: {
        sub: subOf('alice'),
        issuer: userPool.issuer,
        username: 'alice',
        claims: decodeJwt(alice),
        sourceIp: [expect.stringMatching(/^(::1|127\.0\.0\.1)$/)],
        defaultAuthStrategy: 'ALLOW',
        groups: null,
      },
      source: null,
      request: { headers: expect.any(Object), domainName: null },
      prev: { result: {} },
    });
    expect(event.request.headers).toMatchObject({
      authorization: alice,
      'content-type': 'application/json',
      'x-trace': 'One',
    });
    expect(event.request.headers).not.toHaveProperty('cookie');
  });

  it('has an argument only when the caller gave it, null included', async () => {
    invoke = async () => ({ data: null });

    await query(alice, 'query ($list: [Int!]) { echo(optional: null, list: $list) }', { path: '/more' });

    expect(theEvent().event.arguments).toStrictEqual({ optional: null });
  });

  it('has AWSJSON parsed, and the answer has it as a string', async () => {
    invoke = async (_, event) => ({ data: event.arguments.json });

    const { body } = await query(alice, '{ echo(json: "{\\"a\\": [1]}") }', { path: '/more' });

    expect(theEvent().event.arguments).toStrictEqual({ json: { a: [1] } });
    expect(body).toEqual({ data: { echo: '{"a":[1]}' } });
  });

  it('carries on the result of the function before in a pipeline', async () => {
    invoke = async (functionName) => ({ data: `from ${functionName}` });

    const { body } = await query(alice, '{ pipeline }', { path: '/more' });

    expect(events.map(({ functionName, event }) => [functionName, event.prev])).toEqual([
      ['first', { result: {} }],
      ['second', { result: 'from first' }],
    ]);
    expect(body).toEqual({ data: { pipeline: 'from second' } });
  });
});

describe('what a function returns', () => {
  it('is the value of the field when it is data', async () => {
    invoke = async () => ({ data: { ...ORDER, unknownToTheSchema: 1 } });

    const { status, body } = await query(
      alice,
      '{ getOrder(id: "order-1") { id status totalCents lines { sku quantity } createdAt } }',
    );

    const { currency: _, ...expected } = ORDER;
    expect({ status, body }).toEqual({
      status: 200,
      body: { data: { getOrder: { ...expected, lines: [{ sku: 'BOOK-1', quantity: 2 }] } } },
    });
  });

  it('is a typed error when it is one', async () => {
    const info = { fields: ['lines'] };
    invoke = async () => ({ error: { type: 'InvalidOrder', message: 'An order has lines.', info } });

    const { status, body } = await query(alice, '{\n  mine: getOrder(id: "1") { id }\n}');

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        data: { mine: null },
        errors: [
          {
            path: ['mine'],
            data: null,
            errorType: 'InvalidOrder',
            errorInfo: info,
            locations: [{ line: 2, column: 3, sourceName: null }],
            message: 'An order has lines.',
          },
        ],
      },
    });
  });

  it.each([
    [ORDER, 'an object with id, status, currency, totalCents, lines, createdAt'],
    [{}, 'an empty object'],
    [[], 'an array'],
    [undefined, 'nothing'],
    ['text', 'a string'],
    [{ error: 'text' }, 'an object with error'],
  ])('is named as a defect when it is no envelope, without its values: %j', async (result, described) => {
    invoke = async () => result;

    const { body } = await query(alice, '{ getOrder(id: "1") { id } }');

    expect(body.data).toEqual({ getOrder: null });
    expect(body.errors).toMatchObject([
      { errorType: 'Local:InvalidEnvelope', message: expect.stringContaining(`orders-api must return { data }`) },
    ]);
    expect(body.errors?.[0]?.message).toMatch(new RegExp(`it returned ${described}\\.$`));
  });

  it('is Lambda:Unhandled when it throws', async () => {
    invoke = () => Promise.reject(new Error('connect ECONNREFUSED'));

    const { status, body } = await query(alice, '{ getOrder(id: "1") { id } }');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: { getOrder: null },
      errors: [{ path: ['getOrder'], errorType: 'Lambda:Unhandled', message: 'connect ECONNREFUSED', errorInfo: null }],
    });
  });

  it('is a timeout when several of a pipeline take longer together than a request may', async () => {
    invoke = () => new Promise((resolve) => setTimeout(resolve, 0.7 * REQUEST_LIMIT_MILLIS, { data: 'late' }));

    const { body } = await query(alice, '{ pipeline }', { path: '/more' });

    expect(body.errors).toMatchObject([{ errorType: 'ExecutionTimeout', path: ['pipeline'] }]);
    expect(events.map(({ functionName }) => functionName)).toEqual(['first', 'second']);
  });

  it('is a timeout when it takes longer than a request may', async () => {
    invoke = () => new Promise(() => {});

    const { body } = await query(alice, '{ getOrder(id: "1") { id } }');

    expect(body.errors).toMatchObject([{ errorType: 'ExecutionTimeout', message: 'Execution timed out.' }]);
  });

  it('is refused where a scalar does not hold it, with the place of the value', async () => {
    invoke = async () => ({ data: { items: [{ ...ORDER, createdAt: 'yesterday' }], nextToken: null } });

    const { body } = await query(alice, '{ listOrders { items { createdAt } } }');

    expect(body.data).toBeNull();
    expect(body.errors).toEqual([
      {
        path: ['listOrders', 'items', 0, 'createdAt'],
        locations: null,
        message:
          "Can't serialize value (/listOrders/items[0]/createdAt) : Unable to serialize `yesterday` as a valid DateTime Object.",
      },
    ]);
  });

  it('is refused where it has null and the schema does not allow it', async () => {
    invoke = async () => ({ data: { items: [ORDER, { ...ORDER, totalCents: null }], nextToken: null } });

    const { body } = await query(alice, '{ listOrders { items { totalCents } } }');

    expect(body).toEqual({
      data: null,
      errors: [
        {
          path: ['listOrders', 'items', 1, 'totalCents'],
          locations: null,
          message:
            "Cannot return null for non-nullable type: 'Int' within parent 'Order' (/listOrders/items[1]/totalCents)",
        },
      ],
    });
  });
});

describe('a function that nobody waits for', () => {
  it('is invoked, and the field is answered at once, whatever comes of it', async () => {
    invoke = () => new Promise((_, reject) => setTimeout(() => reject(new Error('later')), 50));

    const { body } = await query(alice, '{ later { success } }', { path: '/more' });

    expect(body).toEqual({ data: { later: { success: true } } });
    expect(theEvent().functionName).toBe('later');
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
});

describe('several fields of one request', () => {
  it('run at the same time when they are queries', async () => {
    let running = 0;
    let most = 0;
    invoke = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      return { data: null };
    };

    await query(alice, '{ a: getOrder(id: "1") { id } b: getOrder(id: "2") { id } c: getOrder(id: "3") { id } }');

    expect(most).toBe(3);
  });

  it('run one after the other when they are mutations', async () => {
    const steps: string[] = [];
    invoke = async (_, event) => {
      steps.push(`start ${event.arguments.id}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      steps.push(`end ${event.arguments.id}`);
      return { data: ORDER };
    };

    await query(alice, 'mutation { a: cancelOrder(id: "1") { id } b: cancelOrder(id: "2") { id } }');

    expect(steps).toEqual(['start 1', 'end 1', 'start 2', 'end 2']);
  });

  it('fail one by one', async () => {
    invoke = async (_, event) =>
      event.arguments.id === '1' ? { data: ORDER } : { error: { type: 'X', message: 'x' } };

    const { body } = await query(alice, '{ a: getOrder(id: "1") { id } b: getOrder(id: "2") { id } }');

    expect(body.data).toEqual({ a: { id: 'order-1' }, b: null });
    expect(body.errors).toMatchObject([{ path: ['b'], errorType: 'X' }]);
  });
});

describe('a request that is none', () => {
  it.each([
    ['', 'Request body is empty.'],
    ['meow', 'Unable to parse GraphQL query.'],
    ['{}', 'Unable to parse GraphQL query.'],
    ['{}}', 'Unable to parse GraphQL query.'],
    ['[]', 'Unable to parse GraphQL query.'],
    ['null', 'Unable to parse GraphQL query.'],
    ['[{"query": "{ __typename }"}]', 'Unable to parse GraphQL query.'],
    ['{"query": "{ getOrder("}', 'Unable to parse GraphQL query.'],
    ['{"query": 1}', 'Unable to parse GraphQL query.'],
    ['{"query": "{ __typename }", "variables": "text"}', 'Unable to parse GraphQL query.'],
  ])('is answered with 400: %j', async (body, message) => {
    const response = await post('/graphql', { authorization: alice }, body);

    expect(response).toEqual({
      status: 400,
      body: { errors: [{ errorType: 'MalformedHttpRequestException', message }] },
    });
  });

  it('is answered with 200 and a message without a type when the schema does not have it', async () => {
    const { status, body } = await query(alice, '{ badfield }');

    expect(status).toBe(200);
    expect(body).toEqual({
      data: null,
      errors: [
        {
          path: null,
          locations: [{ line: 1, column: 3, sourceName: null }],
          message:
            "Validation error of type FieldUndefined: Field 'badfield' in type 'Query' is undefined @ 'badfield'",
        },
      ],
    });
  });

  it.each([
    [
      'a field of an object is unknown',
      '{ listOrders { items { price } } }',
      {},
      "Validation error of type FieldUndefined: Field 'price' in type 'Order' is undefined @ 'listOrders/items/price'",
    ],
    [
      'an argument is missing',
      '{ getOrder { id } }',
      {},
      "Validation error of type MissingFieldArgument: Missing field argument id @ 'getOrder'",
    ],
    [
      'an argument is unknown',
      '{ getOrder(id: "1", key: 2) { id } }',
      {},
      "Validation error of type UnknownArgument: Unknown field argument key @ 'getOrder'",
    ],
    [
      'an object has no selection',
      '{ getOrder(id: "1") }',
      {},
      "Validation error of type SubSelectionRequired: Sub selection required for type Order of field getOrder @ 'getOrder'",
    ],
    [
      'a list has no selection',
      '{ listOrders { items } }',
      {},
      "Validation error of type SubSelectionRequired: Sub selection required for type null of field items @ 'listOrders/items'",
    ],
    [
      'a variable is missing',
      'query ($id: ID!) { getOrder(id: $id) { id } }',
      {},
      "Variable 'id' has coerced Null value for NonNull type 'ID!'",
    ],
    [
      'a variable is null',
      'query ($id: ID!) { getOrder(id: $id) { id } }',
      { id: null },
      "Variable 'id' has coerced Null value for NonNull type 'ID!'",
    ],
    [
      'a variable is of another type',
      'query ($limit: Int) { listOrders(limit: $limit) { nextToken } }',
      { limit: 'x' },
      expect.stringContaining('limit'),
    ],
  ])('is answered in graphql-java’s words when %s', async (_, text, variables, message) => {
    const { status, body } = await query(alice, text, { variables });

    expect({ status, body }).toEqual({
      status: 200,
      body: { data: null, errors: [{ path: null, locations: [expect.any(Object)], message }] },
    });
    expect(events).toEqual([]);
  });

  it('is answered in the same way when it does not say which of its operations to run', async () => {
    const text = 'query A { getOrder(id: "1") { id } } query B { getOrder(id: "2") { id } }';

    const unnamed = await query(alice, text);
    const named = await query(alice, text, { operationName: 'B' });

    const unknown = await query(alice, text, { operationName: 'C' });
    expect(unnamed).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ errorType: 'UnknownOperationError', path: null }] },
    });
    expect(unknown.body.errors).toMatchObject([
      { errorType: 'UnknownOperationError', message: "Unknown operation named 'C'." },
    ]);
    expect(named.body).toEqual({ data: { getOrder: null } });
    expect(theEvent().event.arguments).toEqual({ id: '2' });
  });

  it('is answered with 413 above 1 MB, and not below', async () => {
    const bodyOf = (lengthBytes: number) => {
      const start = '{"query":"{ __typename }","ignored":"';
      return `${start}${'x'.repeat(lengthBytes - start.length - 2)}"}`;
    };

    const atLimit = await post('/graphql', { authorization: alice }, bodyOf(1024 * 1024));
    const above = await post('/graphql', { authorization: alice }, bodyOf(1024 * 1024 + 1));
    const farAbove = await post('/graphql', { authorization: alice }, bodyOf(20 * 1024 * 1024));

    expect(atLimit).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
    expect(above).toMatchObject({ status: 413, body: { errors: [{ errorType: 'RequestEntityTooLargeException' }] } });
    expect(farAbove).toEqual(above);
  });

  it('is answered with 405 when it is a GET', async () => {
    const response = await fetch(`${server.url}/graphql?query={__typename}`, { headers: { authorization: alice } });

    expect(response.status).toBe(405);
  });
});

describe('introspection', () => {
  it('works, and does not show the directives of Amplify', async () => {
    const { body } = await query(alice, getIntrospectionQuery());

    const text = JSON.stringify(body.data);
    expect(body.errors).toBeUndefined();
    expect(text).toContain('"orderTotals"');
    expect(text).toContain('"AWSDateTime"');
    expect(text).not.toMatch(/aws_cognito|"auth"|"function"/);
  });

  it('is for callers only', async () => {
    const { status } = await post('/graphql', {}, JSON.stringify({ query: getIntrospectionQuery() }));

    expect(status).toBe(401);
  });
});

describe('a page of another origin', () => {
  it('may call, since it needs a token', async () => {
    const response = await fetch(`${server.url}/graphql`, { method: 'OPTIONS' });

    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(response.headers.get('access-control-max-age')).toBe('172800');
    expect(records).toEqual([]);
  });
});

describe('an answer', () => {
  it('names its request, and the error of one that was refused as a whole', async () => {
    const answered = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: alice },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    const refused = await fetch(`${server.url}/graphql`, { method: 'POST' });

    expect(answered.headers.get('x-amzn-requestid')).toMatch(/^[\da-f-]{36}$/);
    expect(records[0]?.requestId).toBe(answered.headers.get('x-amzn-requestid'));
    expect(answered.headers.get('access-control-expose-headers')).toContain('x-amzn-RequestId');
    expect(answered.headers.get('x-amzn-errortype')).toBeNull();
    expect(refused.headers.get('x-amzn-errortype')).toBe('UnauthorizedException');
  });
});

describe('the record of a request', () => {
  it('names the fields, the caller and the outcome, and no argument', async () => {
    invoke = async () => ({ error: { type: 'OrderNotFound', message: 'secret-message' } });

    await query(alice, 'query Q { a: getOrder(id: "secret-id") { id } listOrders { nextToken } }');

    expect(records).toEqual([
      {
        requestId: expect.any(String),
        operation: 'getOrder, listOrders',
        username: 'alice',
        status: 200,
        errorTypes: ['OrderNotFound', 'OrderNotFound'],
        millis: expect.any(Number),
      },
    ]);
  });

  it('is made of a refused request too', async () => {
    await post('/graphql', {}, '{}');
    await post('/graphql', { authorization: alice }, '{}');

    expect(records).toMatchObject([
      { operation: '', username: null, status: 401, errorTypes: ['UnauthorizedException'] },
      { operation: '', username: 'alice', status: 400, errorTypes: ['MalformedHttpRequestException'] },
    ]);
  });
});

interface GraphqlBody {
  data?: unknown;
  errors?: { message: string; [key: string]: unknown }[];
}

interface QueryOptions {
  path?: '/graphql' | '/more';
  variables?: Record<string, unknown>;
  operationName?: string;
  headers?: Record<string, string>;
}

function query(authorization: string, text: string, options: QueryOptions = {}) {
  const { path = '/graphql', headers, ...rest } = options;
  return post(path, { authorization, ...headers }, JSON.stringify({ query: text, ...rest }));
}

async function post(path: string, headers: Record<string, string>, body: string) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: (await response.json()) as GraphqlBody };
}

function theEvent() {
  const [first, ...more] = events;
  if (!first || more.length > 0) throw new Error(`Expected one event, there were ${events.length}`);
  return first;
}

async function tokenOfAnotherPool(): Promise<string> {
  const elsewhere = await mkdtemp(join(tmpdir(), 'endpoint-other-'));
  const other = await loadOrCreateUserPool(elsewhere);
  await rm(elsewhere, { recursive: true });
  return other.issueToken({ username: 'alice', groups: ['admins'] });
}

function base64Url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
