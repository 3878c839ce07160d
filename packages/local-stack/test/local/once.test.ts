/** What `npm start -- --once` says of requests in local.config.ts that no longer fit. */
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { expect, test } from 'vitest';
import type { LocalApp, SampleOperation } from '../../src/local-app.js';
import { LocalStackError } from '../../src/local-stack-error.js';
import { runOnce } from '../../src/once.js';

const SAMPLE: SampleOperation = {
  name: 'List',
  note: '',
  query: 'query ($limit: Int) { listOrders(limit: $limit) { nextToken } }',
};
const { write, read } = localApp.roundTrip;

async function refusalOf(changes: Partial<LocalApp>): Promise<string> {
  try {
    await runOnce({ ...localApp, ...changes }, () => {});
  } catch (error) {
    if (error instanceof LocalStackError) return `${error.message} ${error.fix}`;
    throw error;
  }
  return expect.fail('It was accepted.');
}

test('every request that does not fit the schema is named, with the messages of GraphQL', async () => {
  const refusal = await refusalOf({
    operations: [
      SAMPLE,
      { name: 'Old names', note: '', query: '{ listOrders { items { sku prize } } }' },
      { name: 'A wrong variable', note: '', query: SAMPLE.query, variables: { limit: 'five' } },
      { name: 'Torn', note: '', query: '{ listOrders {' },
    ],
    newData: [{ username: 'alice', request: { query: 'mutation { createInvoice { id } }' } }],
    roundTrip: {
      ...localApp.roundTrip,
      write: { ...write, request: { ...write.request, variables: { currency: 'EUR' } } },
    },
    oneLineQuery: '{ orders }',
  });

  expect(refusal).toBe(`Samples of local.config.ts do not fit the schema of amplify/data/schema.ts:
  operations, "Old names": Cannot query field "sku" on type "Order".
  operations, "Old names": Cannot query field "prize" on type "Order".
  operations, "A wrong variable": Variable "$limit" got invalid value "five"; Int cannot represent non-integer value: "five"
  operations, "Torn": Syntax Error: Expected Name, found <EOF>.
  newData[0]: Cannot query field "createInvoice" on type "Mutation". Did you mean "createOrder"?
  roundTrip.write, createOrder: Variable "$lines" of required type "[OrderLineInput!]!" was not provided.
  oneLineQuery: Cannot query field "orders" on type "Query".
 Change them in local.config.ts, or in the samples.ts that it imports, and start again.`);
});

test('a write that the function refuses is named, with type and message of each error', async () => {
  const refusal = await refusalOf({
    roundTrip: {
      ...localApp.roundTrip,
      write: { ...write, request: { ...write.request, variables: { currency: 'EUR', lines: [] } } },
    },
  });

  expect(refusal).toMatch(
    /^The request in roundTrip\.write of local\.config\.ts failed:\n {2}createOrder: InvalidInput: .+\n Correct the request there/,
  );
});

test('a read that does not fit the schema is named', async () => {
  const refusal = await refusalOf({
    roundTrip: { ...localApp.roundTrip, read: { ...read, request: () => ({ query: '{ getOrder { id } }' }) } },
  });

  expect(refusal).toContain('The request in roundTrip.read of local.config.ts failed:\n  getOrder: Validation error');
});

test('a field that the request does not ask for is named', async () => {
  const refusal = await refusalOf({ roundTrip: { ...localApp.roundTrip, write: { ...write, field: 'placeOrder' } } });

  expect(refusal).toMatch(/^The request in roundTrip\.write of local\.config\.ts .* in which placeOrder is no row\./);
});
