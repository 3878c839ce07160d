/**
 * Random arguments for every operation of the API, through the whole stack, and the texts that have broken into databases in
 * every string field: each is answered with data or refused for what it is, and PostgreSQL runs no statement but ours.
 */
import { type GraphqlResponse, startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { SQL_INJECTIONS } from '@vpc-postgres/testing/support/sql-injections.js';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Input, OPERATIONS, requestOf, typedInput, wildInput } from './random-inputs.js';

/** The errors for a caller's own input. Anything else would be a fault of this starter. */
const CALLERS_FAULT = ['InvalidInput', 'OrderNotFound', 'OrderAlreadyCancelled', 'IdempotencyKeyReused'];

/** How many inputs of one kind go into one request, each under an alias. */
const INPUTS_IN_A_REQUEST = 10;
const REQUESTS_AT_ONCE = 8;

/** @param attacks each in every string field. */
export function describeInputs(inputCount: number, attacks: readonly string[] = SQL_INJECTIONS): void {
  describe(`${inputCount} random inputs`, () => {
    let stack: TestStack;
    let superuser: pg.Client;

    beforeAll(async () => {
      stack = await startTestStack();
      await askSuperuser("alter system set shared_preload_libraries = 'pg_stat_statements'");
      await stack.postgres.restart();
      superuser = await stack.connectSuperuser();
      await superuser.query('create extension pg_stat_statements');
    });
    afterAll(async () => {
      await superuser?.end();
      await stack?.stop();
    });

    async function askSuperuser(sql: string): Promise<void> {
      const client = await stack.connectSuperuser();
      await client.query(sql).finally(() => client.end());
    }

    /** The distinct statements that `app` has sent since this was last asked, without their values. */
    async function statements(): Promise<string[]> {
      const { rows } = await superuser.query<{ query: string }>(
        `select distinct query from pg_stat_statements where userid = 'app'::regrole order by 1`,
      );
      await superuser.query('select pg_stat_statements_reset()');
      return rows.map(({ query }) => query);
    }

    async function send(username: string, inputs: readonly Input[]): Promise<GraphqlResponse> {
      const { query, variables } = requestOf(inputs);
      return stack.ask(username, query, variables);
    }

    /** What would wake an operator. No input may fill that log. */
    const errorLines = () => stack.output.filter((line) => line.includes('"level":"error"'));

    /** Everything that the API does with good input, once: what it sends then is all that it may ever send. */
    async function sendEverythingGood(): Promise<void> {
      const order = { currency: 'EUR', lines: [{ sku: 'TEA', quantity: 1, unitPriceCents: 1 }] };
      const placed = await send('carol', [
        { field: 'createOrder', args: order },
        { field: 'createOrder', args: { ...order, idempotencyKey: 'good' } },
        { field: 'createOrder', args: { ...order, idempotencyKey: 'good' } },
      ]);
      const orderId = (placed.data?.f0 as { id: string } | undefined)?.id;
      expect(placed.errors).toEqual([]);
      await send('carol', [{ field: 'cancelOrder', args: { id: orderId } }]);
      await send('carol', [{ field: 'cancelOrder', args: { id: orderId } }]);
      const page = await send('carol', [{ field: 'listOrders', args: { limit: 1 } }]);
      const nextToken = (page.data?.f0 as { nextToken: string } | undefined)?.nextToken;
      await send('carol', [{ field: 'listOrders', args: { limit: 1, nextToken } }]);
    }

    function expectOnlyCallersFaults(inputs: readonly Input[], answer: GraphqlResponse): void {
      const ours = answer.errors.filter(({ errorType }) => !CALLERS_FAULT.includes(errorType));
      // A value of the wrong type: GraphQL's own refusal of the whole request, which has no error type.
      const isRefusedByGraphql = answer.data === null && ours.every(({ errorType }) => errorType === undefined);
      if (ours.length > 0 && !isRefusedByGraphql) expect({ inputs, errors: ours }).toEqual({ inputs, errors: [] });
    }

    async function sendInRounds(rounds: fc.Arbitrary<Input[]>, numRuns: number): Promise<void> {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ user: fc.constantFrom('alice', 'bob'), inputs: rounds }), {
            minLength: REQUESTS_AT_ONCE,
            maxLength: REQUESTS_AT_ONCE,
          }),
          async (requests) => {
            await Promise.all(
              requests.map(async ({ user, inputs }) => expectOnlyCallersFaults(inputs, await send(user, inputs))),
            );
          },
        ),
        { numRuns, endOnFailure: true },
      );
    }

    test('each is answered or refused for what it is, and no statement but ours is run', async () => {
      await statements();
      await sendEverythingGood();
      const ours = await statements();
      const wildCount = inputCount / 10;
      const batches = (['mutation', 'query'] as const).map((kind) =>
        fc.array(
          typedInput.filter(({ field }) => OPERATIONS[field].kind === kind),
          { minLength: INPUTS_IN_A_REQUEST, maxLength: INPUTS_IN_A_REQUEST },
        ),
      );

      await sendInRounds(
        fc.oneof(...batches),
        Math.ceil((inputCount - wildCount) / INPUTS_IN_A_REQUEST / REQUESTS_AT_ONCE),
      );
      await sendInRounds(
        wildInput.map((wild) => [wild]),
        Math.ceil(wildCount / REQUESTS_AT_ONCE),
      );

      expect(ours.length).toBeGreaterThan(5);
      expect(errorLines()).toEqual([]);
      expect((await statements()).filter((statement) => !ours.includes(statement))).toEqual([]);
    }, 900_000);

    test.each(attacks)('%j in every string field is only a text', async (attack) => {
      const order = { currency: 'EUR', lines: [{ sku: 'TEA', quantity: 1, unitPriceCents: 1 }] };
      await statements();
      await sendEverythingGood();
      const ours = await statements();

      const answers = await Promise.all(
        [
          { field: 'createOrder', args: { ...order, currency: attack } } as const,
          {
            field: 'createOrder',
            args: { ...order, lines: [{ sku: attack, quantity: 1, unitPriceCents: 1 }] },
          } as const,
          { field: 'createOrder', args: { ...order, idempotencyKey: attack } } as const,
          { field: 'cancelOrder', args: { id: attack } } as const,
          { field: 'getOrder', args: { id: attack } } as const,
          { field: 'listOrders', args: { nextToken: attack } } as const,
        ].map(async (one) => ({ one, answer: await send('alice', [one]) })),
      );

      for (const { one, answer } of answers) expectOnlyCallersFaults([one], answer);
      expect(errorLines()).toEqual([]);
      expect((await statements()).filter((statement) => !ours.includes(statement))).toEqual([]);
    });
  });
}
