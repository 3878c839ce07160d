import { createExecutableSchema } from '@vpc-postgres/local-stack/appsync/schema.js';
import type { LocalApp } from '@vpc-postgres/local-stack/local-app.js';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { localApp } from '../local.config.js';

const schema = createExecutableSchema({
  sdl: localApp.schema.transform().schema,
  invoke: () => Promise.reject(new Error('nothing is executed here')),
});

test('every sample request of local.config.ts is valid in the schema', () => {
  const { operations, newData, roundTrip, oneLineQuery = '{ __typename }' }: LocalApp = localApp;
  const requests = [
    ...operations,
    ...newData.map(({ request }) => request),
    ...(roundTrip ? [roundTrip.write.request, roundTrip.read.request({ id: 'an-id' })] : []),
    { query: oneLineQuery },
  ];

  expect(requests.flatMap(({ query }) => validate(schema, parse(query)))).toEqual([]);
  expect(oneLineQuery).not.toMatch(/['"]/);
});

test('users and operations of local.config.ts can be told apart', () => {
  const { users, operations } = localApp;
  expect(users.length).toBeGreaterThan(1);
  expect(new Set(users.map(({ username }) => username)).size).toBe(users.length);
  expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length);
});
