/** What becomes of that which a function returns: data, a typed error, a defect. */
import { ORDER, SCHEMAS } from '@vpc-postgres/testing/support/appsync-schemas.js';
import { REQUEST_LIMIT_MILLIS, serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { GraphQLBoolean } from 'graphql';
import { describe, expect, it } from 'vitest';
import { openEnvelope } from '../../../src/appsync/envelope.js';

const appsync = serveAppSync(SCHEMAS);

describe('what a function returns', () => {
  it('is the value of the field when it is data', async () => {
    appsync.invoke = async () => ({ ...ORDER, unknownToTheSchema: 1 });

    const { status, body } = await appsync.query(
      appsync.alice,
      '{ getOrder(id: "order-1") { id status totalCents lines { sku quantity } createdAt } }',
    );

    const { currency: _, ...expected } = ORDER;
    expect({ status, body }).toEqual({
      status: 200,
      body: { data: { getOrder: { ...expected, lines: [{ sku: 'BOOK-1', quantity: 2 }] } } },
    });
  });

  it('is a typed error when it is one', async () => {
    const info = { fields: ['lines'] };
    appsync.invoke = async () => ({
      envelope: 'vpc-postgres',
      error: { type: 'InvalidOrder', message: 'An order has lines.', info },
    });

    const { status, body } = await appsync.query(appsync.alice, '{\n  mine: getOrder(id: "1") { id }\n}');

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        data: { mine: null },
        errors: [
          {
            path: ['mine'],
            data: null,
            errorType: 'InvalidOrder',
            errorInfo: info,
            locations: [{ line: 2, column: 3, sourceName: null }],
            message: 'An order has lines.',
          },
        ],
      },
    });
  });

  it('is unwrapped when it is the data of an envelope', async () => {
    appsync.invoke = async () => ({ envelope: 'vpc-postgres', data: ORDER });

    const { body } = await appsync.query(appsync.alice, '{ getOrder(id: "1") { id } }');

    expect(body).toEqual({ data: { getOrder: { id: ORDER.id } } });
  });

  it.each([
    ['an object that has data', { data: { id: 'x' } }],
    ['an object that has an error', { error: { type: 'InvalidOrder', message: 'text' } }],
    ['an object with another mark', { envelope: 'other', data: 1 }],
    ['a string', 'text'],
    ['a list', [1, { data: 2 }]],
    ['a number', 0],
    ['false', false],
    ['null', null],
  ])('is the value of the field, unchanged, when a plain handler returns %s', (_, result) => {
    expect(openEnvelope(result)).toEqual(result);
  });

  it('is null when a plain handler returns nothing', () => {
    expect(openEnvelope(undefined)).toBeNull();
  });

  it('is Lambda:Unhandled when it throws', async () => {
    appsync.invoke = () => Promise.reject(new Error('connect ECONNREFUSED'));

    const { status, body } = await appsync.query(appsync.alice, '{ getOrder(id: "1") { id } }');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: { getOrder: null },
      errors: [{ path: ['getOrder'], errorType: 'Lambda:Unhandled', message: 'connect ECONNREFUSED', errorInfo: null }],
    });
  });

  it('is a timeout when several of a pipeline take longer together than a request may', async () => {
    appsync.invoke = () => new Promise((resolve) => setTimeout(resolve, 0.7 * REQUEST_LIMIT_MILLIS, 'late'));

    const { body } = await appsync.query(appsync.alice, '{ pipeline }', { path: '/more' });

    expect(body.errors).toMatchObject([{ errorType: 'ExecutionTimeout', path: ['pipeline'] }]);
    expect(appsync.events.map(({ functionName }) => functionName)).toEqual(['first', 'second']);
  });

  it('is a timeout when it takes longer than a request may', async () => {
    appsync.invoke = () => new Promise(() => {});

    const { body } = await appsync.query(appsync.alice, '{ getOrder(id: "1") { id } }');

    expect(body.errors).toMatchObject([{ errorType: 'ExecutionTimeout', message: 'Execution timed out.' }]);
  });

  it('is refused where a scalar does not hold it, with the place of the value', async () => {
    appsync.invoke = async () => ({ items: [{ ...ORDER, createdAt: 'yesterday' }], nextToken: null });

    const { body } = await appsync.query(appsync.alice, '{ listOrders { items { createdAt } } }');

    expect(body.data).toBeNull();
    expect(body.errors).toEqual([
      {
        path: ['listOrders', 'items', 0, 'createdAt'],
        locations: null,
        message:
          "Can't serialize value (/listOrders/items[0]/createdAt) : Unable to serialize `yesterday` as a valid DateTime Object.",
      },
    ]);
  });

  it('is refused where it has null and the schema does not allow it', async () => {
    appsync.invoke = async () => ({ items: [ORDER, { ...ORDER, totalCents: null }], nextToken: null });

    const { body } = await appsync.query(appsync.alice, '{ listOrders { items { totalCents } } }');

    expect(body).toEqual({
      data: null,
      errors: [
        {
          path: ['listOrders', 'items', 1, 'totalCents'],
          locations: null,
          message:
            "Cannot return null for non-nullable type: 'Int' within parent 'Order' (/listOrders/items[1]/totalCents)",
        },
      ],
    });
  });
});

describe('a value that is not of its field’s type', () => {
  const ask = async (field: string, value: unknown) => {
    appsync.invoke = async () => ({ [field]: value });
    const { status, body } = await appsync.query(appsync.alice, `{ values { ${field} } }`, { path: '/more' });
    expect(status).toBe(200);
    return { value: (body.data?.values as Record<string, unknown> | null)?.[field], errors: body.errors };
  };

  it.each([
    ['flag', 'false', false],
    ['flag', 'TRUE', true],
    ['flag', 0, false],
    ['flag', 2, true],
    ['count', '7', 7],
    ['count', '7.0', 7],
    ['ratio', '1.5e1', 15],
    ['text', 7, '7'],
    ['text', false, 'false'],
    ['text', { sku: 'TEA', sizes: [1, { a: null }] }, '{sku=TEA, sizes=[1, {a=null}]}'],
    ['key', 7, '7'],
    ['tags', [1, null, true], ['1', null, 'true']],
  ])('is coerced as graphql-java does: %s of %j', async (field, value, expected) => {
    expect(await ask(field, value)).toEqual({ value: expected, errors: undefined });
  });

  it.each([
    ['flag', 'yes', "Expected type 'Boolean' but was 'String'."],
    ['flag', {}, "Expected type 'Boolean' but was 'LinkedHashMap'."],
    ['count', 1.5, "Expected type 'Int' but was 'Double'."],
    ['count', 2 ** 31, "Expected type 'Int' but was 'Long'."],
    ['count', 'seven', "Expected type 'Int' but was 'String'."],
    ['count', '', "Expected type 'Int' but was 'String'."],
    ['count', true, "Expected type 'Int' but was 'Boolean'."],
    ['ratio', [1], "Expected type 'Float' but was 'ArrayList'."],
    ['key', 1.5, "Expected type 'ID' but was 'Double'."],
    ['size', 'HUGE', "Invalid input for Enum 'Size'. Unknown value 'HUGE'"],
    ['at', '2026-01-22T17:48:30Z', 'Unable to serialize `2026-01-22T17:48:30Z` as a valid timestamp.'],
  ])('is null and an error where AppSync cannot coerce it: %s of %j', async (field, value, reason) => {
    expect(await ask(field, value)).toEqual({
      value: null,
      errors: [
        {
          path: ['values', field],
          locations: null,
          message: `Can't serialize value (/values/${field}) : ${reason}`,
        },
      ],
    });
  });

  it('is null and an error when it is no list where the schema has one', async () => {
    expect(await ask('tags', 'red')).toEqual({
      value: null,
      errors: [
        {
          path: ['values', 'tags'],
          locations: null,
          message: "Can't resolve value (/values/tags) : type mismatch error, expected type LIST",
        },
      ],
    });
  });

  it('is coerced in this schema alone: other users of graphql-js keep its own rules', () => {
    expect(() => GraphQLBoolean.serialize('false')).toThrow('Boolean cannot represent');
  });
});
