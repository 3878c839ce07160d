/**
 * Requests that show the local stack at work: the rows of a new data folder, and what `npm start -- --once` sends. Change
 * them when you replace the example domain, with the pages' own samples in web/console/{orders,query}.js and
 * web/graphiql/page.js; nothing else in src/local knows the domain.
 */

export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown>;
}

const ORDER_FIELDS = 'id status currency totalCents lines { sku quantity unitPriceCents } createdAt';

const TEA = { sku: 'TEA-ASSAM-500G', quantity: 2, unitPriceCents: 1290 };
const POT = { sku: 'TEAPOT-1L', quantity: 1, unitPriceCents: 3400 };
const CUP = { sku: 'CUP-WHITE', quantity: 4, unitPriceCents: 650 };

export function createSampleOrder(currency = 'EUR', lines = [TEA, POT]): GraphqlRequest {
  const query = `mutation ($currency: String!, $lines: [OrderLineInput!]!) {
    createOrder(currency: $currency, lines: $lines) { ${ORDER_FIELDS} }
  }`;
  return { query, variables: { currency, lines } };
}

export function getSampleOrder(id: string): GraphqlRequest {
  return { query: `query ($id: ID!) { getOrder(id: $id) { ${ORDER_FIELDS} } }`, variables: { id } };
}

/** What a new data folder starts with, so that the first page shows rows. */
export const SAMPLE_ORDERS: readonly { username: string; request: GraphqlRequest }[] = [
  { username: 'alice', request: createSampleOrder('EUR', [CUP]) },
  { username: 'alice', request: createSampleOrder('EUR', [TEA, POT]) },
  { username: 'bob', request: createSampleOrder('USD', [TEA]) },
];
