/** The example domain is replaced in one file of the local stack: no other names a field of the schema. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema as amplifySchema } from '../../../amplify/data/schema.js';
import { createExecutableSchema } from '../../../src/local/appsync/schema.js';
import { NEW_DATA, ONE_LINE_QUERY, OPERATIONS, ROUND_TRIP, USERS } from '../../../src/local/samples.js';

const LOCAL_STACK = join(import.meta.dirname, '../../../src/local');
const SAMPLES = 'samples.ts';
const schema = createExecutableSchema({
  sdl: amplifySchema.transform().schema,
  invoke: () => Promise.reject(new Error('nothing is executed here')),
});
const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.keys(type?.getFields() ?? {}),
);

function filesThatName(names: readonly string[]): string[] {
  return readdirSync(LOCAL_STACK, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|js|html)$/.test(path))
    .filter((path) => {
      const code = readFileSync(join(LOCAL_STACK, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
      return names.some((name) => new RegExp(`\\b${name}\\b`).test(code));
    });
}

test('only samples.ts names fields of the schema', () => {
  expect(fields.length).toBeGreaterThan(0);
  expect(filesThatName(fields)).toEqual([SAMPLES]);
});

test('every sample is a valid request of the schema', () => {
  const requests = [
    ...OPERATIONS,
    ...NEW_DATA.map(({ request }) => request),
    ROUND_TRIP.write.request,
    ROUND_TRIP.read.request({ id: 'an-id' }),
    { query: ONE_LINE_QUERY },
  ];

  expect(requests.flatMap(({ query }) => validate(schema, parse(query)))).toEqual([]);
  expect(ONE_LINE_QUERY).not.toMatch(/['"]/);
});

test('users and operations can be told apart', () => {
  expect(USERS.length).toBeGreaterThan(1);
  expect(new Set(USERS.map(({ username }) => username)).size).toBe(USERS.length);
  expect(new Set(OPERATIONS.map(({ name }) => name)).size).toBe(OPERATIONS.length);
});
