/** What local.config.ts serves of the orders: requests that the pages offer, the first rows, and what `npm start -- --once` sends. */
import type { GraphqlRequest, Samples } from '@vpc-postgres/local-stack/local-app.js';

const BOOK = { sku: 'BOOK-1', quantity: 2, unitPriceCents: 1250 };

const CREATE_ORDER = `mutation CreateOrder($currency: String!, $lines: [OrderLineInput!]!) {
  createOrder(currency: $currency, lines: $lines) {
    id
    status
    currency
    totalCents
    lines {
      sku
      quantity
      unitPriceCents
    }
    createdAt
  }
}`;

const TEA = { sku: 'TEA-ASSAM-500G', quantity: 2, unitPriceCents: 1290 };
const POT = { sku: 'TEAPOT-1L', quantity: 1, unitPriceCents: 3400 };
const CUP = { sku: 'CUP-WHITE', quantity: 4, unitPriceCents: 650 };

function createOrder(currency: string, lines: readonly (typeof TEA)[]): GraphqlRequest {
  return { query: CREATE_ORDER, variables: { currency, lines } };
}

export const ordersSamples = {
  operations: [
    {
      name: 'List my orders',
      note: 'Each user gets their own rows: sign in as another one, and run it again.',
      query: `query ListOrders($limit: Int) {
  listOrders(limit: $limit) {
    items {
      id
      status
      currency
      totalCents
      lines {
        sku
        quantity
      }
      createdAt
    }
    nextToken
  }
}`,
      variables: { limit: 5 },
    },
    {
      name: 'Place an order',
      note: 'Writes one row in one SQL statement.',
      query: CREATE_ORDER,
      variables: { currency: 'EUR', lines: [BOOK] },
    },
    {
      name: 'Place a wrong order',
      note: 'Refused by the domain, with an error type that a client can switch on and every problem at once.',
      query: CREATE_ORDER.replace('CreateOrder', 'CreateWrongOrder'),
      variables: { currency: 'euro', lines: [{ ...BOOK, quantity: 0 }] },
    },
    {
      name: 'Totals',
      note: 'For the group admins alone: AppSync refuses everybody else before the function runs.',
      query: `query OrderTotals {
  orderTotals {
    currency
    orderCount
    totalCents
  }
}`,
    },
  ],
  newData: [
    { username: 'alice', request: createOrder('EUR', [CUP]) },
    { username: 'alice', request: createOrder('EUR', [TEA, POT]) },
    { username: 'bob', request: createOrder('USD', [TEA]) },
  ],
  roundTrip: {
    username: 'alice',
    write: { field: 'createOrder', request: createOrder('EUR', [TEA, POT]) },
    read: {
      field: 'getOrder',
      request: ({ id }: Record<string, unknown>): GraphqlRequest => ({
        query:
          'query ($id: ID!) { getOrder(id: $id) { id status currency totalCents lines { sku quantity unitPriceCents } createdAt } }',
        variables: { id },
      }),
    },
  },
  oneLineQuery: '{ listOrders { items { id status totalCents } } }',
} satisfies Samples;
