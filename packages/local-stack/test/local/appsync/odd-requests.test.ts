/** Requests that clients seldom send: a GET, operations that the schema does not have, and whatever is no request. */
import { SCHEMAS } from '@vpc-postgres/testing/support/appsync-schemas.js';
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { describe, expect, it } from 'vitest';

const appsync = serveAppSync(SCHEMAS);

describe('a GET', () => {
  const get = async (parameters: Record<string, string>) => {
    const response = await fetch(`${appsync.url}/graphql?${new URLSearchParams(parameters)}`, {
      headers: { authorization: appsync.alice },
    });
    return { status: response.status, body: await response.json() };
  };

  it('asks with its parameters, as AppSync lets queries and mutations', async () => {
    const query = 'query A { __typename } query B($id: ID!) { getOrder(id: $id) { id } }';

    expect(await get({ query, variables: '{"id":"7"}', operationName: 'B' })).toEqual({
      status: 200,
      body: { data: { getOrder: null } },
    });
    expect(appsync.theEvent.event.arguments).toEqual({ id: '7' });
  });

  it.each([{}, { query: '' }, { query: '{' }, { query: '{ __typename }', variables: '{' }])(
    'is answered with 400 when its parameters are no request: %j',
    async (parameters) => {
      expect(await get(parameters as Record<string, string>)).toEqual({
        status: 400,
        body: { errors: [{ errorType: 'MalformedHttpRequestException', message: 'Unable to parse GraphQL query.' }] },
      });
    },
  );
});

describe('an operation that is not served', () => {
  it('is answered with 400 when it is a subscription, which AppSync does not serve over HTTP', async () => {
    const { status, body } = await appsync.query(
      appsync.alice,
      'subscription { onOrderPlaced(customerSub: "x") { id } }',
    );

    expect({ status, body }).toEqual({
      status: 400,
      body: {
        errors: [{ errorType: 'BadRequestException', message: 'Subscriptions over MQTT is not supported.' }],
      },
    });
  });

  it('is an error of the response when it is a mutation, of a schema that has none', async () => {
    const { status, body } = await appsync.query(appsync.alice, 'mutation { x }', { path: '/more' });

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        data: null,
        errors: [
          {
            path: null,
            locations: [{ line: 1, column: 1, sourceName: null }],
            message: 'Schema is not configured for mutations.',
          },
        ],
      },
    });
  });
});

describe('an odd request', () => {
  const DEEP = 100_000;
  const ODD: [string, RequestInit & { path?: string }][] = [
    ['a body of another content type', { body: 'query=%7B__typename%7D', headers: { 'content-type': 'text/plain' } }],
    ['a form', { body: new URLSearchParams({ query: '{ __typename }' }) }],
    ['a body that is no UTF-8', { body: Buffer.from([0xff, 0xfe, 0x00]) }],
    ['a body that is compressed', { body: Buffer.from('1f8b08', 'hex'), headers: { 'content-encoding': 'gzip' } }],
    ['a list in a list', { body: '[[[]]]' }],
    ['a number', { body: '7' }],
    ['a query that is null', { body: '{"query":null}' }],
    ['a query of one comment', { body: '{"query":"# nothing"}' }],
    ['variables in a list', { body: '{"query":"{ __typename }","variables":[1]}' }],
    ['an operation name that is a number', { body: '{"query":"query A { __typename }","operationName":7}' }],
    ['a schema in place of a query', { body: '{"query":"type Query { x: Int }"}' }],
    ['a fragment alone', { body: '{"query":"fragment F on Query { __typename }"}' }],
    ['an unknown fragment', { body: '{"query":"{ ...F }"}' }],
    [
      'fragments in a circle',
      { body: '{"query":"{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }"}' },
    ],
    ['an unknown directive', { body: '{"query":"{ __typename @magic }"}' }],
    ['a variable that is declared twice', { body: '{"query":"query ($a: Int, $a: Int) { __typename }"}' }],
    ['a variable of an unknown type', { body: '{"query":"query ($a: Magic) { __typename }"}' }],
    ['a variable of an object type', { body: '{"query":"query ($a: Order) { __typename }"}' }],
    ['deep selections', { body: JSON.stringify({ query: '{a'.repeat(DEEP) + '}'.repeat(DEEP) }) }],
    ['deep selections that can be parsed', { body: JSON.stringify({ query: '{a'.repeat(900) + '}'.repeat(900) }) }],
    ['deep variables', { body: `{"query":"{ __typename }","variables":{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}}` }],
    [
      'deep JSON in an argument',
      {
        path: '/more',
        body: JSON.stringify({
          query: 'query ($json: AWSJSON) { echo(json: $json) }',
          variables: { json: '['.repeat(DEEP) + ']'.repeat(DEEP) },
        }),
      },
    ],
    ['a variable named like a prototype', { body: '{"query":"{ __typename }","variables":{"__proto__":{"a":1}}}' }],
    ['an unknown method', { method: 'PUT', body: '{}' }],
    ['a DELETE', { method: 'DELETE' }],
  ];

  it.each(ODD)('is answered in JSON, and never as a defect: %s', async (_, { path = '/graphql', ...init }) => {
    const response = await fetch(`${appsync.url}${path}`, {
      method: 'POST',
      ...init,
      headers: { authorization: appsync.alice, ...init.headers },
    });
    const text = await response.text();

    expect(response.status).toBeLessThan(500);
    expect(text).not.toMatch(/\n\s+at |node_modules/);
    const { data, errors = [] } = JSON.parse(text);
    for (const { message } of errors) expect(message).toMatch(/\w/);
    expect(errors.length > 0 || data !== undefined).toBe(true);
  });

  it('that is a HEAD is answered with 405', async () => {
    const response = await fetch(`${appsync.url}/graphql`, {
      method: 'HEAD',
      headers: { authorization: appsync.alice },
    });

    expect(response.status).toBe(405);
  });
});
