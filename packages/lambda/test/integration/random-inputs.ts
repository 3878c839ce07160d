/** Random arguments for every operation of the API. */
import { randomUUID } from 'node:crypto';
import { anyText } from '@vpc-postgres/testing/support/any-text.js';
import { SQL_INJECTIONS } from '@vpc-postgres/testing/support/sql-injections.js';
import fc from 'fast-check';

/** One field with its arguments; several are sent in one request. */
export interface Input {
  field: 'createOrder' | 'cancelOrder' | 'getOrder' | 'listOrders';
  args: Readonly<Record<string, unknown>>;
}

/** The operations that the inputs are for, with the GraphQL types of their arguments. */
export const OPERATIONS = {
  createOrder: {
    kind: 'mutation',
    types: { currency: 'String!', lines: '[OrderLineInput!]!', idempotencyKey: 'String' },
  },
  cancelOrder: { kind: 'mutation', types: { id: 'ID!' } },
  getOrder: { kind: 'query', types: { id: 'ID!' } },
  listOrders: { kind: 'query', types: { status: 'OrderStatus', limit: 'Int', nextToken: 'String' } },
} as const;

const injection = fc.constantFrom(...SQL_INJECTIONS);
/** Of any UTF-16 units: surrogates, most of them alone, and U+0000. */
const illFormed = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0xd7_ff, max: 0xe0_00 })), { minLength: 1, maxLength: 5 })
  .map((units) => String.fromCharCode(...units));
const nearlyUuid = fc
  .array(fc.constantFrom(...'0123456789abcdef-'), { minLength: 36, maxLength: 36 })
  .map((characters) => characters.join(''));
const text = fc.oneof(injection, illFormed, anyText(), fc.string(), fc.string({ unit: 'grapheme', maxLength: 70 }));
/** GraphQL's Int. */
const int = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -1, max: 101 }));
const id = fc.oneof(text, fc.uuid(), nearlyUuid, fc.constant(randomUUID()));
const line = fc.record({
  sku: fc.oneof(text, fc.constant('TEA')),
  quantity: fc.oneof(int, fc.constant(1)),
  unitPriceCents: fc.oneof(int, fc.constant(1)),
});
const sentence = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });
/** Of the right GraphQL types, and mostly nonsense. */
export const typedInput: fc.Arbitrary<Input> = fc.oneof(
  fc
    .record({
      currency: fc.oneof({ arbitrary: fc.constantFrom('EUR', 'USD'), weight: 4 }, { arbitrary: text, weight: 1 }),
      lines: fc.array(line, { maxLength: 3 }),
      idempotencyKey: fc.oneof(fc.constantFrom(null, 'key-1', 'key-2'), text),
    })
    .map((args) => ({ field: 'createOrder', args }) as const),
  fc.record({ id }).map((args) => ({ field: 'cancelOrder', args }) as const),
  fc.record({ id }).map((args) => ({ field: 'getOrder', args }) as const),
  sentence({
    status: fc.constantFrom(null, 'PLACED', 'CANCELLED'),
    limit: int,
    nextToken: fc.oneof(text, tokenLike()),
  }).map((args) => ({ field: 'listOrders', args }) as const),
);
/** Of any type, also one that GraphQL must refuse. */
const anyValue = fc.oneof(text, int, fc.double(), fc.boolean(), fc.constant(null), fc.jsonValue());
export const wildInput: fc.Arbitrary<Input> = fc
  .constantFrom(...(Object.keys(OPERATIONS) as Input['field'][]))
  .chain((field) =>
    sentence(Object.fromEntries(Object.keys(OPERATIONS[field].types).map((name) => [name, anyValue]))).map((args) => ({
      field,
      args,
    })),
  );

/** Nearly a page token: JSON in base64url. */
function tokenLike(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom<unknown[]>(1, 0, '1'),
      fc.oneof(text, fc.uuid(), nearlyUuid),
      fc.oneof(text, fc.constantFrom(null, 'PLACED')),
    )
    .map((token) => Buffer.from(JSON.stringify(token)).toString('base64url'));
}

const SELECTIONS: Readonly<Record<string, string>> = { listOrders: '{ nextToken items { id } }' };

/** One request for all of them, which must be of one kind: the field of index n under the alias fn. */
export function requestOf(inputs: readonly Input[]): { query: string; variables: Record<string, unknown> } {
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const fields = inputs.map(({ field, args }, index) => {
    const names = Object.entries(OPERATIONS[field].types).filter(([name]) => name in args);
    for (const [name, type] of names) {
      definitions.push(`$${name}${index}: ${type}`);
      variables[`${name}${index}`] = args[name];
    }
    const passed = names.map(([name]) => `${name}: $${name}${index}`);
    return `f${index}: ${field}${inBrackets(passed)} ${SELECTIONS[field] ?? '{ id status }'}`;
  });
  const kind = OPERATIONS[inputs[0]?.field ?? 'getOrder'].kind;
  return { query: `${kind} ${inBrackets(definitions)} { ${fields.join(' ')} }`, variables };
}

/** GraphQL has no empty brackets. */
function inBrackets(parts: readonly string[]): string {
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
}
