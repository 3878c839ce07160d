import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { connectRealTime, type RealTimeClient } from '@vpc-postgres/testing/support/real-time-client.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { subOf } from '../../../src/cognito/user-pool.js';

let stack: TestStack;
let open: RealTimeClient[] = [];

beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(async () => {
  await Promise.all(open.map((client) => client.close()));
  open = [];
});
afterAll(() => stack?.stop());

const SUBSCRIBE = `subscription ($customerSub: ID!) {
  onOrderPlaced(customerSub: $customerSub) { id totalCents customerSub lines { sku } } }`;
const place = (fields: string) =>
  `mutation ($sku: String!) { createOrder(currency: "EUR", lines: [{ sku: $sku, quantity: 1, unitPriceCents: 5 }]) { ${fields} } }`;
const ALL = 'id totalCents customerSub lines { sku }';

const tokenOf = (username: string, groups: string[] = []) => stack.userPool.issueToken({ username, groups });

async function connect(username: string): Promise<RealTimeClient> {
  const client = await connectRealTime(stack.url, await tokenOf(username));
  open.push(client);
  client.send({ type: 'connection_init' });
  await client.next(({ type }) => type === 'connection_ack');
  return client;
}

async function subscribe(username: string, customerSub = subOf(username), query = SUBSCRIBE) {
  const client = await connect(username);
  client.start('1', await tokenOf(username), query, { customerSub });
  const reply = await client.next(({ id }) => id === '1');
  return { client, reply };
}

const dataOf = (client: RealTimeClient) =>
  client.messages.filter(({ type }) => type === 'data').map(({ payload }) => payload?.data?.onOrderPlaced);

/** Once alice's next order has arrived, everything placed before it would have. */
async function settle(observer: RealTimeClient): Promise<void> {
  await stack.ask('alice', place(ALL), { sku: 'LAST' });
  await observer.next(({ payload }) => JSON.stringify(payload?.data ?? '').includes('LAST'));
}

describe('a customer who has subscribed to their orders', () => {
  test('gets an order that they place, with the fields that both requests select', async () => {
    const { client, reply } = await subscribe('alice');
    const { data } = await stack.ask('alice', place(ALL), { sku: 'TEA' });
    await client.next(({ type }) => type === 'data');

    expect(reply).toEqual({ type: 'start_ack', id: '1' });
    expect(dataOf(client)).toEqual([data?.createOrder]);
  });

  test('gets no order of another customer, also when both have subscribed', async () => {
    const [{ client: alice }, { client: bob }] = [await subscribe('alice'), await subscribe('bob')];
    await stack.ask('bob', place(ALL), { sku: 'BOBS' });
    await settle(alice);

    expect(dataOf(alice)).toMatchObject([{ lines: [{ sku: 'LAST' }] }]);
    expect(dataOf(bob)).toMatchObject([{ lines: [{ sku: 'BOBS' }] }]);
  });

  test('gets no order whose mutation has not selected whose it is', async () => {
    const { client } = await subscribe('alice');
    await stack.ask('alice', place('id totalCents lines { sku }'), { sku: 'HIDDEN' });
    await stack.ask('alice', place('id totalCents owner: customerSub lines { sku }'), { sku: 'RENAMED' });
    await settle(client);

    expect(dataOf(client)).toMatchObject([{ lines: [{ sku: 'LAST' }] }]);
  });

  test('gets an error for a required field that the mutation has not selected', async () => {
    const { client } = await subscribe('alice');
    await stack.ask('alice', place('id customerSub'), { sku: 'TEA' });
    const { payload } = await client.next(({ type }) => type === 'data');

    expect(payload?.data).toEqual({ onOrderPlaced: null });
    expect(payload?.errors?.[0]?.message).toBe(
      "Cannot return null for non-nullable type: 'Int' within parent 'Order' (/onOrderPlaced/totalCents)",
    );
  });

  test('gets an order that was placed under an alias or in a fragment', async () => {
    const { client } = await subscribe('alice');
    await stack.ask(
      'alice',
      `mutation { ...Twice } fragment Twice on Mutation {
         one: createOrder(currency: "EUR", lines: [{ sku: "ONE", quantity: 1, unitPriceCents: 5 }]) { ${ALL} } }`,
    );
    await settle(client);

    expect(dataOf(client)).toMatchObject([{ lines: [{ sku: 'ONE' }] }, { lines: [{ sku: 'LAST' }] }]);
  });

  test('gets nothing more after stop, which is answered with complete', async () => {
    const { client } = await subscribe('alice');
    const { client: other } = await subscribe('alice');
    client.send({ type: 'stop', id: '1' });
    await client.next(({ type }) => type === 'complete');
    await settle(other);

    expect(dataOf(client)).toEqual([]);
  });
});

describe('a subscription is rejected', () => {
  test.each([
    ['to the orders of another customer', () => subOf('bob')],
    ['with an empty user id', () => ''],
  ])('%s, by the resolver', async (_, customerSub) => {
    const { client, reply } = await subscribe('alice', customerSub());
    await stack.ask('bob', place(ALL), { sku: 'BOBS' });
    const { client: own } = await subscribe('alice');
    await settle(own);

    expect(reply).toMatchObject({ type: 'error', payload: { errors: [{ errorType: 'InvalidInput' }] } });
    expect(dataOf(client)).toEqual([]);
  });

  test.each([
    ['without the argument', 'subscription { onOrderPlaced { id } }'],
    ['with null in its place', 'subscription { onOrderPlaced(customerSub: null) { id } }'],
    ['of a field that there is not', 'subscription { onOrderLost { id } }'],
    ['that is left out by a directive', 'subscription { onOrderPlaced(customerSub: "x") @skip(if: true) { id } }'],
    ['that is a query', '{ listOrders { nextToken } }'],
  ])('%s', async (_, query) => {
    const client = await connect('alice');
    client.start('1', await tokenOf('alice'), query);

    expect(await client.next(({ id }) => id === '1')).toMatchObject({ type: 'error' });
  });

  test.each([
    ['no token', ''],
    ['a token of another pool', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('with %s, though the connection has one', async (_, token) => {
    const client = await connect('alice');
    client.start('1', token, SUBSCRIBE, { customerSub: subOf('alice') });

    expect(await client.next(({ id }) => id === '1')).toMatchObject({
      type: 'error',
      payload: { errors: [{ errorType: 'UnauthorizedException' }] },
    });
  });

  test('with an id that is in use, and when the connection has a hundred', async () => {
    const { client } = await subscribe('alice');
    const token = await tokenOf('alice');
    for (let id = 1; id <= 101; id += 1) client.start(String(id), token, SUBSCRIBE, { customerSub: subOf('alice') });
    const { payload } = await client.next(({ id }) => id === '101');

    expect(client.messages.find(({ id, type }) => id === '1' && type === 'error')?.payload?.errors).toMatchObject([
      { errorType: 'DuplicatedOperationError' },
    ]);
    expect(payload?.errors).toMatchObject([{ errorType: 'MaxSubscriptionsReachedError' }]);
  });
});

describe('a connection', () => {
  test('is refused with connection_error when its token has expired', async () => {
    const expired = await stack.userPool.issueToken({ username: 'alice', expiresInSeconds: -1 });
    const client = await connectRealTime(stack.url, expired);
    client.send({ type: 'connection_init' });
    const { payload } = await client.next(({ type }) => type === 'connection_error');

    expect(payload?.errors).toEqual([
      { message: 'Token has expired.', errorType: 'UnauthorizedException', errorCode: 401 },
    ]);
  });

  test('takes no start before connection_init', async () => {
    const client = await connectRealTime(stack.url, await tokenOf('alice'));
    open.push(client);
    client.start('1', await tokenOf('alice'), SUBSCRIBE, { customerSub: subOf('alice') });

    expect(await client.next(({ id }) => id === '1')).toMatchObject({
      type: 'error',
      payload: { errors: [{ errorType: 'UnauthorizedException' }] },
    });
  });

  test('survives messages that are none', async () => {
    const client = await connect('alice');
    for (const message of [{}, { type: 'start' }, { type: 'stop', id: 'x' }, { type: 7 }, []]) client.send(message);
    client.start('1', await tokenOf('alice'), SUBSCRIBE, { customerSub: subOf('alice') });

    expect(await client.next(({ id }) => id === '1')).toEqual({ type: 'start_ack', id: '1' });
    expect(client.messages.filter(({ type }) => type === 'error')).toHaveLength(5);
  });
});

test('a subscription is in the list of requests, with its invocation', async () => {
  await subscribe('alice');

  await expect
    .poll(() => stack.recentRequests().find(({ operation }) => operation === 'onOrderPlaced'))
    .toMatchObject({ username: 'alice', status: 200, errorTypes: [], invocations: [{ fieldName: 'onOrderPlaced' }] });
});
