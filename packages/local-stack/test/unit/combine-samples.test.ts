import { expect, test } from 'vitest';
import { combineSamples, type Samples } from '../../src/local-app.js';

const samplesOf = (name: string): Required<Samples> => ({
  operations: [{ name, note: '', query: `{ ${name} }` }],
  newData: [{ username: name, request: { query: `{ ${name} }` } }],
  roundTrip: {
    username: name,
    write: { field: name, request: { query: `{ ${name} }` } },
    read: { field: name, request: () => ({ query: `{ ${name} }` }) },
  },
  oneLineQuery: `{ ${name} }`,
});

test('the operations and rows of all domains are served, in their order', () => {
  const { operations, newData } = combineSamples([samplesOf('orders'), samplesOf('notes')]);

  expect(operations.map(({ name }) => name)).toEqual(['orders', 'notes']);
  expect(newData.map(({ username }) => username)).toEqual(['orders', 'notes']);
});

test('round trip and one-line query are those of the first domain that has them', () => {
  const { operations, newData } = samplesOf('orders');

  const combined = combineSamples([{ operations, newData }, samplesOf('notes'), samplesOf('invoices')]);

  expect(combined).toMatchObject({ roundTrip: { username: 'notes' }, oneLineQuery: '{ notes }' });
});

test('without a domain nothing is offered, and nothing is sent', () => {
  expect(combineSamples([])).toEqual({ operations: [], newData: [] });
});
