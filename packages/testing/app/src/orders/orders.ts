/**
 * Orders in PostgreSQL, each on behalf of the caller. No statement names the customer: the policies of
 * src/migrations/0001-create-orders.sql show a customer their own orders and no others.
 */
import type { Database } from '@vpc-postgres/lambda/database/database.js';
import type { Caller } from '@vpc-postgres/lambda/graphql/caller.js';
import { InvalidInputError } from '@vpc-postgres/lambda/graphql/client-error.js';
import { IdempotencyKeyReusedError, OrderAlreadyCancelledError, OrderNotFoundError } from './errors.js';
import { INVALID_NEXT_TOKEN, type ListRequest, type NewOrder, totalCents } from './input.js';
import type { DatabaseStatus, Order, OrderPage, OrderTotal } from './order.js';
import { encodePageToken } from './page-token.js';

/** One row in the shape of GraphQL's Order. `o` is the order; its lines come in the order they were placed. */
const ORDER_COLUMNS = `
  o.id, o.status, o.currency, o.total_cents as "totalCents", o.created_at as "createdAt", o.customer_sub as "customerSub",
  (select json_agg(json_build_object('sku', l.sku, 'quantity', l.quantity, 'unitPriceCents', l.unit_price_cents)
                   order by l.line_number)
     from order_lines l where l.order_id = o.id) as lines`;

/**
 * With an idempotency key, the same order again is the order of the first time.
 *
 * @throws IdempotencyKeyReusedError
 */
export async function createOrder(database: Database, caller: Caller, order: NewOrder): Promise<Order> {
  const { currency, lines, idempotencyKey } = order;
  const [created] = await database.query<Omit<Order, 'currency' | 'lines'>>(
    caller,
    `with new_order as (
       insert into orders (currency, total_cents, idempotency_key)
       values ($1, $2, $3)
       on conflict on constraint orders_idempotency_key_once do nothing
       returning id, status, total_cents, created_at, customer_sub
     ), new_lines as (
       insert into order_lines (order_id, line_number, sku, quantity, unit_price_cents)
       select new_order.id, line.line_number, line.sku, line.quantity, line.unit_price_cents
         from new_order, unnest($4::text[], $5::integer[], $6::integer[])
              with ordinality as line (sku, quantity, unit_price_cents, line_number)
     )
     select id, status, total_cents as "totalCents", created_at as "createdAt", customer_sub as "customerSub" from new_order`,
    [
      currency,
      totalCents(lines),
      idempotencyKey,
      lines.map((line) => line.sku),
      lines.map((line) => line.quantity),
      lines.map((line) => line.unitPriceCents),
    ],
    { retry: idempotencyKey === null ? 'never' : 'idempotent' },
  );
  if (created !== undefined) return { ...created, currency, lines };
  return findRepeated(database, caller, order);
}

async function findRepeated(database: Database, caller: Caller, order: NewOrder): Promise<Order> {
  const [first] = await database.query<Order>(
    caller,
    `select ${ORDER_COLUMNS} from orders o where o.idempotency_key = $1`,
    [order.idempotencyKey],
    { retry: 'read' },
  );
  if (first === undefined) throw new Error('The insert into orders returned no row, and no order has its key.');
  if (first.currency !== order.currency || !isSameLines(first.lines, order.lines))
    throw new IdempotencyKeyReusedError();
  return first;
}

function isSameLines(left: Order['lines'], right: Order['lines']): boolean {
  return (
    left.length === right.length &&
    left.every(({ sku, quantity, unitPriceCents }, index) => {
      const other = right[index];
      return sku === other?.sku && quantity === other.quantity && unitPriceCents === other.unitPriceCents;
    })
  );
}

/** @throws OrderNotFoundError, OrderAlreadyCancelledError */
export async function cancelOrder(database: Database, caller: Caller, orderId: string): Promise<Order> {
  const [cancelled] = await database.query<Order>(
    caller,
    `with o as (
       update orders set status = 'CANCELLED' where id = $1 and status = 'PLACED' returning *
     )
     select ${ORDER_COLUMNS} from o`,
    [orderId],
  );
  if (cancelled !== undefined) return cancelled;
  if ((await getOrder(database, caller, orderId)) === null) throw new OrderNotFoundError();
  throw new OrderAlreadyCancelledError();
}

/** Null when there is no such order, and when it is another customer's. */
export async function getOrder(database: Database, caller: Caller, orderId: string): Promise<Order | null> {
  const [order] = await database.query<Order>(
    caller,
    `select ${ORDER_COLUMNS} from orders o where o.id = $1`,
    [orderId],
    { retry: 'read' },
  );
  return order ?? null;
}

/**
 * Newest first. Keyset pagination: a page begins after a given order, so that orders placed meanwhile neither repeat nor
 * hide others.
 *
 * @throws InvalidInputError when the position is none of this customer's orders.
 */
export async function listOrders(database: Database, caller: Caller, request: ListRequest): Promise<OrderPage> {
  const { status, limit, after } = request;
  const orders = await database.query<Order>(
    caller,
    `select ${ORDER_COLUMNS}
      from orders o
     where ($1::text is null or o.status = $1)
       and ($2::uuid is null or (o.created_at, o.id) < (select p.created_at, p.id from orders p where p.id = $2))
     order by o.created_at desc, o.id desc
     limit $3`,
    // One more than asked for tells whether there is another page.
    [status, after?.orderId ?? null, limit + 1],
    { retry: 'read' },
  );
  if (orders.length === 0 && after !== null) await assertKnownPosition(database, caller, after.orderId);

  const items = orders.slice(0, limit);
  const last = items.at(-1);
  const hasMore = orders.length > limit && last !== undefined;
  return { items, nextToken: hasMore ? encodePageToken({ orderId: last.id, status }) : null };
}

/** An empty page is either the end of the list or the answer to a forged position. */
async function assertKnownPosition(database: Database, caller: Caller, orderId: string): Promise<void> {
  if ((await getOrder(database, caller, orderId)) === null) throw new InvalidInputError([INVALID_NEXT_TOKEN]);
}

/** Over all customers: for the group `admins`, and empty for anybody else. AppSync refuses those first. */
export async function orderTotals(database: Database, caller: Caller): Promise<OrderTotal[]> {
  return database.query<OrderTotal>(
    caller,
    `select currency, order_count as "orderCount", total_cents as "totalCents" from order_totals order by currency`,
    [],
    { retry: 'read' },
  );
}

/** Of the database that has the orders, for admins. */
export async function databaseStatus(database: Database, caller: Caller): Promise<DatabaseStatus> {
  const [status] = await database.query<DatabaseStatus>(
    caller,
    `select current_setting('server_version') as version, current_user as "user",
            pg_database_size(current_database())::float8 as "sizeBytes"`,
    [],
    { retry: 'read' },
  );
  if (status === undefined) throw new Error('A select without a table returned no row.');
  return status;
}
