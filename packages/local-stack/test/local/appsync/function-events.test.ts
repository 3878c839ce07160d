/** What a function is invoked with, and when. */
import { ORDER, SCHEMAS } from '@vpc-postgres/testing/support/appsync-schemas.js';
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { subOf } from '../../../src/cognito/user-pool.js';

const appsync = serveAppSync(SCHEMAS);

describe('the event of a function', () => {
  it('is exactly what Amplify sends', async () => {
    appsync.invoke = async () => ORDER;

    await appsync.query(
      appsync.alice,
      'mutation Place($lines: [OrderLineInput!]!) { placed: createOrder(currency: "EUR", lines: $lines) { id } }',
      { variables: { lines: ORDER.lines }, headers: { 'X-Trace': 'One', cookie: 'secret=1' } },
    );

    const { functionName, event } = appsync.theEvent;
    expect(functionName).toBe('orders-api');
    expect(event).toStrictEqual({
      typeName: 'Mutation',
      fieldName: 'createOrder',
      arguments: { currency: 'EUR', lines: ORDER.lines },
      identity: {
        sub: subOf('alice'),
        issuer: appsync.userPool.issuer,
        username: 'alice',
        claims: decodeJwt(appsync.alice),
        sourceIp: [expect.stringMatching(/^(::1|127\.0\.0\.1)$/)],
        defaultAuthStrategy: 'ALLOW',
        groups: null,
      },
      source: null,
      request: { headers: expect.any(Object), domainName: null },
      prev: { result: {} },
    });
    expect(event.request.headers).toMatchObject({
      authorization: appsync.alice,
      'content-type': 'application/json',
      'x-trace': 'One',
    });
    expect(event.request.headers).not.toHaveProperty('cookie');
  });

  it('has the arguments that the query names, with null for a variable that the caller left out', async () => {
    const text = 'query ($list: [Int!], $day: AWSDate) { echo(optional: null, list: $list, day: $day) }';

    await appsync.query(appsync.alice, text, { path: '/more', variables: { list: [1] } });

    expect(appsync.theEvent.event.arguments).toStrictEqual({ day: null, optional: null, list: [1] });
  });

  it('has the value that the query gives a variable by default, when the caller left it out', async () => {
    await appsync.query(appsync.alice, 'query ($list: [Int!] = [2]) { echo(list: $list) }', { path: '/more' });

    expect(appsync.theEvent.event.arguments).toStrictEqual({ list: [2] });
  });

  it('has a field of an input object only when the caller gave its variable', async () => {
    const text =
      'query ($size: Size, $to: Int) { values(filter: { size: $size, range: { from: 1, to: $to } }) { key } }';

    await appsync.query(appsync.alice, text, { path: '/more', variables: { to: null } });

    expect(appsync.theEvent.event.arguments).toStrictEqual({ filter: { range: { from: 1, to: null } } });
  });

  it('has AWSJSON parsed, and the answer has it as a string', async () => {
    appsync.invoke = async (_, event) => event.arguments.json;

    const { body } = await appsync.query(appsync.alice, '{ echo(json: "{\\"a\\": [1]}") }', { path: '/more' });

    expect(appsync.theEvent.event.arguments).toStrictEqual({ json: { a: [1] } });
    expect(body).toEqual({ data: { echo: '{"a":[1]}' } });
  });

  it('carries on the result of the function before in a pipeline', async () => {
    appsync.invoke = async (functionName) => `from ${functionName}`;

    const { body } = await appsync.query(appsync.alice, '{ pipeline }', { path: '/more' });

    expect(appsync.events.map(({ functionName, event }) => [functionName, event.prev])).toEqual([
      ['first', { result: {} }],
      ['second', { result: 'from first' }],
    ]);
    expect(body).toEqual({ data: { pipeline: 'from second' } });
  });
});

describe('a function that nobody waits for', () => {
  it('is invoked, and the field is answered at once, whatever comes of it', async () => {
    appsync.invoke = () => new Promise((_, reject) => setTimeout(() => reject(new Error('later')), 50));

    const { body } = await appsync.query(appsync.alice, '{ later { success } }', { path: '/more' });

    expect(body).toEqual({ data: { later: { success: true } } });
    expect(appsync.theEvent.functionName).toBe('later');
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
});

describe('several fields of one request', () => {
  it('run at the same time when they are queries', async () => {
    let running = 0;
    let most = 0;
    appsync.invoke = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      return null;
    };

    await appsync.query(
      appsync.alice,
      '{ a: getOrder(id: "1") { id } b: getOrder(id: "2") { id } c: getOrder(id: "3") { id } }',
    );

    expect(most).toBe(3);
  });

  it('run one after the other when they are mutations', async () => {
    const steps: string[] = [];
    appsync.invoke = async (_, event) => {
      steps.push(`start ${event.arguments.id}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      steps.push(`end ${event.arguments.id}`);
      return ORDER;
    };

    await appsync.query(appsync.alice, 'mutation { a: cancelOrder(id: "1") { id } b: cancelOrder(id: "2") { id } }');

    expect(steps).toEqual(['start 1', 'end 1', 'start 2', 'end 2']);
  });

  it('fail one by one', async () => {
    appsync.invoke = async (_, event) =>
      event.arguments.id === '1' ? ORDER : { envelope: 'vpc-postgres', error: { type: 'X', message: 'x' } };

    const { body } = await appsync.query(appsync.alice, '{ a: getOrder(id: "1") { id } b: getOrder(id: "2") { id } }');

    expect(body.data).toEqual({ a: { id: 'order-1' }, b: null });
    expect(body.errors).toMatchObject([{ path: ['b'], errorType: 'X' }]);
  });
});
