/** What a request may be, what it is answered when it is none, and what is noted of it. */
import { SCHEMAS } from '@vpc-postgres/testing/support/appsync-schemas.js';
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';

const appsync = serveAppSync(SCHEMAS);

const PLACE = 'mutation ($lines: [OrderLineInput!]!) { createOrder(currency: "EUR", lines: $lines) { id } }';

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
    const response = await appsync.post('/graphql', { authorization: appsync.alice }, body);

    expect(response).toEqual({
      status: 400,
      body: { errors: [{ errorType: 'MalformedHttpRequestException', message }] },
    });
  });

  it('is answered with 200 and a message without a type when the schema does not have it', async () => {
    const { status, body } = await appsync.query(appsync.alice, '{ badfield }');

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
      `Variable 'limit' has an invalid value. Int cannot represent non-integer value: "x"`,
    ],
    [
      'a variable is declared with another type than the argument has',
      'query ($id: String!) { getOrder(id: $id) { id } }',
      { id: '1' },
      "Validation error of type VariableTypeMismatch: Variable type 'String!' doesn't match expected type 'ID!' @ 'getOrder'",
    ],
    [
      'a field within a variable is missing',
      PLACE,
      { lines: [{ sku: 'TEA', quantity: 1 }] },
      "Variable 'lines' has coerced Null value for NonNull type 'Int!'",
    ],
    [
      'a field within a variable is null',
      PLACE,
      { lines: [{ sku: null, quantity: 1, unitPriceCents: 1 }] },
      "Variable 'lines' has coerced Null value for NonNull type 'String!'",
    ],
    [
      'a field within a variable is unknown',
      PLACE,
      { lines: [{ sku: 'TEA', quantity: 1, unitPriceCents: 1, colour: 'green' }] },
      "The variables input contains a field that is not defined for input object type 'OrderLineInput' ",
      null,
    ],
    [
      'a field within a variable, and another one, are of another type',
      PLACE,
      { lines: [{ sku: 'TEA', quantity: 'two', unitPriceCents: 'x' }] },
      `Variable 'quantity' has an invalid value. Int cannot represent non-integer value: "two"`,
    ],
    [
      'a variable is none of the values of its enum',
      'query ($status: OrderStatus) { listOrders(status: $status) { nextToken } }',
      { status: 'LOST' },
      expect.stringMatching(/^Variable 'status' has an invalid value\. .*OrderStatus/),
    ],
  ])(
    'is answered in graphql-java’s words when %s',
    async (_, text, variables, message, locations: unknown = [expect.any(Object)]) => {
      const { status, body } = await appsync.query(appsync.alice, text, { variables });

      expect({ status, body }).toEqual({
        status: 200,
        body: { data: null, errors: [{ path: null, locations, message }] },
      });
      expect(appsync.events).toEqual([]);
    },
  );

  it('is answered in the same way when it does not say which of its operations to run', async () => {
    const text = 'query A { getOrder(id: "1") { id } } query B { getOrder(id: "2") { id } }';

    const unnamed = await appsync.query(appsync.alice, text);
    const named = await appsync.query(appsync.alice, text, { operationName: 'B' });

    const unknown = await appsync.query(appsync.alice, text, { operationName: 'C' });
    expect(unnamed).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ errorType: 'UnknownOperationError', path: null }] },
    });
    expect(unknown.body.errors).toMatchObject([
      { errorType: 'UnknownOperationError', message: "Unknown operation named 'C'." },
    ]);
    expect(named.body).toEqual({ data: { getOrder: null } });
    expect(appsync.theEvent.event.arguments).toEqual({ id: '2' });
  });

  it('is answered with 413 above 1 MB, and not below', async () => {
    const bodyOf = (lengthBytes: number) => {
      const start = '{"query":"{ __typename }","ignored":"';
      return `${start}${'x'.repeat(lengthBytes - start.length - 2)}"}`;
    };

    const atLimit = await appsync.post('/graphql', { authorization: appsync.alice }, bodyOf(1024 * 1024));
    const above = await appsync.post('/graphql', { authorization: appsync.alice }, bodyOf(1024 * 1024 + 1));
    const farAbove = await appsync.post('/graphql', { authorization: appsync.alice }, bodyOf(20 * 1024 * 1024));

    expect(atLimit).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
    expect(above).toMatchObject({ status: 413, body: { errors: [{ errorType: 'RequestEntityTooLargeException' }] } });
    expect(farAbove).toEqual(above);
  });
});

describe('introspection', () => {
  it('works, and does not show the directives of Amplify', async () => {
    const { body } = await appsync.query(appsync.alice, getIntrospectionQuery());

    const text = JSON.stringify(body.data);
    expect(body.errors).toBeUndefined();
    expect(text).toContain('"orderTotals"');
    expect(text).toContain('"AWSDateTime"');
    expect(text).not.toMatch(/aws_cognito|"auth"|"function"/);
  });

  it('is for callers only', async () => {
    const { status } = await appsync.post('/graphql', {}, JSON.stringify({ query: getIntrospectionQuery() }));

    expect(status).toBe(401);
  });
});

describe('a page of another origin', () => {
  it('may call, since it needs a token', async () => {
    const response = await fetch(`${appsync.url}/graphql`, { method: 'OPTIONS' });

    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(response.headers.get('access-control-max-age')).toBe('172800');
    expect(appsync.records).toEqual([]);
  });
});

describe('an answer', () => {
  it('names its request, and the error of one that was refused as a whole', async () => {
    const answered = await fetch(`${appsync.url}/graphql`, {
      method: 'POST',
      headers: { authorization: appsync.alice },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    const refused = await fetch(`${appsync.url}/graphql`, { method: 'POST' });

    expect(answered.headers.get('x-amzn-requestid')).toMatch(/^[\da-f-]{36}$/);
    expect(appsync.records[0]?.requestId).toBe(answered.headers.get('x-amzn-requestid'));
    expect(answered.headers.get('access-control-expose-headers')).toContain('x-amzn-RequestId');
    expect(answered.headers.get('x-amzn-errortype')).toBeNull();
    expect(refused.headers.get('x-amzn-errortype')).toBe('UnauthorizedException');
  });
});

describe('the record of a request', () => {
  it('names the fields, the caller and the outcome, and no argument', async () => {
    appsync.invoke = async () => ({
      envelope: 'vpc-postgres',
      error: { type: 'OrderNotFound', message: 'secret-message' },
    });

    await appsync.query(appsync.alice, 'query Q { a: getOrder(id: "secret-id") { id } listOrders { nextToken } }');

    expect(appsync.records).toEqual([
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
    await appsync.post('/graphql', {}, '{}');
    await appsync.post('/graphql', { authorization: appsync.alice }, '{}');

    expect(appsync.records).toMatchObject([
      { operation: '', username: null, status: 401, errorTypes: ['UnauthorizedException'] },
      { operation: '', username: 'alice', status: 400, errorTypes: ['MalformedHttpRequestException'] },
    ]);
  });
});
