/** The 200 requests of a fault: writes with and without a key, reads of what is known, and some that must be refused. */
import { randomUUID } from 'node:crypto';
import type { FaultStack } from './fault-stack.js';

export const REQUEST_COUNT = 200;

export type RequestKind = 'createWithKey' | 'create' | 'createInvalid' | 'cancel' | 'get' | 'getForeign' | 'list';

/** Both halves of the mix. */
const NINE = ['createWithKey', 'get', 'create', 'list', 'createWithKey', 'get', 'create', 'cancel', 'get'] as const;

/** Twenty in a row, over and over: neighbours differ, so that each environment serves one user after another. */
const MIX: readonly RequestKind[] = [...NINE, 'getForeign', ...NINE, 'createInvalid'];

export interface PlannedRequest {
  kind: RequestKind;
  username: string;
  query: string;
  variables: Record<string, unknown>;
  /** Of the one line of an order to be: tells it from every other. */
  sku?: string;
  /** To be cancelled. */
  orderId?: string;
  /** What a read must answer. */
  expected?: unknown;
}

export interface KnownOrder {
  id: string;
  status: string;
  totalCents: number;
  lines: { sku: string; quantity: number; unitPriceCents: number }[];
}

/** What is known before any fault. */
export interface TestContext {
  /** The reader's, newest first, as the API answers them. */
  orders: readonly KnownOrder[];
  writerSub: string;
}

export const ORDER_FIELDS = '{ id status currency totalCents createdAt lines { sku quantity unitPriceCents } }';

const CREATE = `mutation ($lines: [OrderLineInput!]!, $idempotencyKey: String) {
  answer: createOrder(currency: "EUR", lines: $lines, idempotencyKey: $idempotencyKey) ${ORDER_FIELDS} }`;
const CANCEL = `mutation ($id: ID!) { answer: cancelOrder(id: $id) ${ORDER_FIELDS} }`;
const GET = `query ($id: ID!) { answer: getOrder(id: $id) ${ORDER_FIELDS} }`;
const LIST = `{ answer: listOrders { items ${ORDER_FIELDS} nextToken } }`;

const WRITER = 'writer';
const READER = 'reader';
const STRANGER = 'stranger';
export const USERS = { writer: WRITER, reader: READER, stranger: STRANGER } as const;

/** @param fault tells the orders of one fault from those of another */
export async function planRequests(stack: FaultStack, context: TestContext, fault: string): Promise<PlannedRequest[]> {
  const kinds = Array.from({ length: REQUEST_COUNT }, (_, index) => MIX[index % MIX.length] as RequestKind);
  const toCancel = await placeOrders(stack, context.writerSub, kinds.filter((kind) => kind === 'cancel').length);
  return kinds.map((kind, index) => planOne(kind, `${fault}-${index}`, context, toCancel));
}

function planOne(kind: RequestKind, sku: string, context: TestContext, toCancel: string[]): PlannedRequest {
  switch (kind) {
    case 'createWithKey':
      return { ...newOrder(sku, randomUUID()), kind };
    case 'create':
      return { ...newOrder(sku), kind };
    case 'createInvalid':
      return { ...newOrder(sku, undefined, 0), kind };
    case 'cancel': {
      const orderId = toCancel.pop() as string;
      return { kind, username: WRITER, query: CANCEL, variables: { id: orderId }, orderId };
    }
    case 'get': {
      const expected = context.orders[sku.length % context.orders.length];
      return { kind, username: READER, query: GET, variables: { id: expected?.id }, expected };
    }
    case 'getForeign':
      return { kind, username: STRANGER, query: GET, variables: { id: context.orders[0]?.id }, expected: null };
    case 'list':
      return {
        kind,
        username: READER,
        query: LIST,
        variables: {},
        expected: { items: context.orders, nextToken: null },
      };
  }
}

/** @param quantity 0 is refused */
export function newOrder(sku: string, idempotencyKey?: string, quantity = 2): PlannedRequest {
  const lines = [{ sku, quantity, unitPriceCents: 150 }];
  return {
    kind: idempotencyKey === undefined ? 'create' : 'createWithKey',
    username: WRITER,
    query: CREATE,
    variables: { lines, idempotencyKey: idempotencyKey ?? null },
    sku,
  };
}

export function listOf(username: string): PlannedRequest {
  return { kind: 'list', username, query: LIST, variables: {} };
}

/** Straight into the database. @returns their ids */
async function placeOrders(stack: FaultStack, customerSub: string, count: number): Promise<string[]> {
  const { rows } = await stack.asSuperuser((client) =>
    client.query<{ id: string }>(
      `with placed as (
         insert into orders (customer_sub, currency, total_cents)
         select $1, 'EUR', 100 from generate_series(1, $2) returning id, customer_sub
       ), lines as (
         insert into order_lines (order_id, line_number, customer_sub, sku, quantity, unit_price_cents)
         select id, 1, customer_sub, 'to cancel', 1, 100 from placed
       )
       select id from placed`,
      [customerSub, count],
    ),
  );
  return rows.map(({ id }) => id);
}
