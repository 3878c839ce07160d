/**
 * All that the local stack knows of the example domain: who may sign in, what the pages offer to run, what a new data
 * folder holds, and what `npm start -- --once` sends. Replace it together with src/orders; nothing else in src/local names
 * a field of the schema.
 */

export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown>;
}

export interface SampleUser {
  username: string;
  groups: readonly string[];
}

/** A request that a page offers, under its name. */
export interface SampleOperation extends GraphqlRequest {
  name: string;
  /** One sentence: what to look at in the answer. */
  note: string;
}

/** Offered by the pages; any other name can be typed in. The first one is signed in at the start. */
export const USERS: readonly SampleUser[] = [
  { username: 'alice', groups: [] },
  { username: 'bob', groups: [] },
  { username: 'carol', groups: ['admins'] },
];

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

/** Offered by the console page and by GraphiQL, whose first tabs they are. The first one is shown at the start. */
export const OPERATIONS: readonly SampleOperation[] = [
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
];

const TEA = { sku: 'TEA-ASSAM-500G', quantity: 2, unitPriceCents: 1290 };
const POT = { sku: 'TEAPOT-1L', quantity: 1, unitPriceCents: 3400 };
const CUP = { sku: 'CUP-WHITE', quantity: 4, unitPriceCents: 650 };

function createOrder(currency: string, lines: readonly (typeof TEA)[]): GraphqlRequest {
  return { query: CREATE_ORDER, variables: { currency, lines } };
}

/** What a new data folder starts with, so that the first query finds rows. */
export const NEW_DATA: readonly { username: string; request: GraphqlRequest }[] = [
  { username: 'alice', request: createOrder('EUR', [CUP]) },
  { username: 'alice', request: createOrder('EUR', [TEA, POT]) },
  { username: 'bob', request: createOrder('USD', [TEA]) },
];

/** What `npm start -- --once` sends: a row is written, and the same row is read back. */
export const ROUND_TRIP = {
  username: 'alice',
  write: { field: 'createOrder', request: createOrder('EUR', [TEA, POT]) },
  read: {
    field: 'getOrder',
    /** @param written the answer of `write`'s field */
    request: ({ id }: Record<string, unknown>): GraphqlRequest => ({
      query:
        'query ($id: ID!) { getOrder(id: $id) { id status currency totalCents lines { sku quantity unitPriceCents } createdAt } }',
      variables: { id },
    }),
  },
} as const;

/** For a command line: short, without quotes and variables. */
export const ONE_LINE_QUERY = '{ listOrders { items { id status totalCents } } }';
