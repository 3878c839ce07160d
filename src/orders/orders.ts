/**
 * Orders in PostgreSQL. Each operation is one statement, and so one transaction and one round trip. Every statement but
 * `orderTotals` is limited to the customer's own rows.
 */
import type { Database } from '../database/database.js';
import { InvalidInputError } from '../graphql/client-error.js';
import { OrderAlreadyCancelledError, OrderNotFoundError } from './errors.js';
import { INVALID_NEXT_TOKEN, type ListRequest, type NewOrder, totalCents } from './input.js';
import type { Order, OrderPage, OrderTotal } from './order.js';
import { encodePageToken } from './page-token.js';

/** One row in the shape of GraphQL's Order. `o` is the order; its lines come in the order they were placed. */
const ORDER_COLUMNS = `
  o.id, o.status, o.currency, o.total_cents as "totalCents", o.created_at as "createdAt",
  (select json_agg(json_build_object('sku', l.sku, 'quantity', l.quantity, 'unitPriceCents', l.unit_price_cents)
                   order by l.line_number)
     from order_lines l where l.order_id = o.id) as lines`;

export async function createOrder(database: Database, customerSub: string, order: NewOrder): Promise<Order> {
  const { currency, lines } = order;
  const [created] = await database.query<Pick<Order, 'id' | 'status' | 'totalCents' | 'createdAt'>>(
    `with new_order as (
       insert into orders (customer_sub, currency, total_cents)
       values ($1, $2, $3)
       returning id, status, total_cents, created_at
     ), new_lines as (
       insert into order_lines (order_id, line_number, sku, quantity, unit_price_cents)
       select new_order.id, line.line_number, line.sku, line.quantity, line.unit_price_cents
         from new_order, unnest($4::text[], $5::integer[], $6::integer[])
              with ordinality as line (sku, quantity, unit_price_cents, line_number)
     )
     select id, status, total_cents as "totalCents", created_at as "createdAt" from new_order`,
    [
      customerSub,
      currency,
      totalCents(lines),
      lines.map((line) => line.sku),
      lines.map((line) => line.quantity),
      lines.map((line) => line.unitPriceCents),
    ],
  );
  if (created === undefined) throw new Error('The insert into orders returned no row.');
  return { ...created, currency, lines };
}

/** @throws OrderNotFoundError, OrderAlreadyCancelledError */
export async function cancelOrder(database: Database, customerSub: string, orderId: string): Promise<Order> {
  const [cancelled] = await database.query<Order>(
    `with o as (
       update orders set status = 'CANCELLED'
        where id = $1 and customer_sub = $2 and status = 'PLACED'
        returning *
     )
     select ${ORDER_COLUMNS} from o`,
    [orderId, customerSub],
  );
  if (cancelled !== undefined) return cancelled;
  if ((await getOrder(database, customerSub, orderId)) === null) throw new OrderNotFoundError();
  throw new OrderAlreadyCancelledError();
}

/** Null when there is no such order, and when it is another customer's. */
export async function getOrder(database: Database, customerSub: string, orderId: string): Promise<Order | null> {
  const [order] = await database.query<Order>(
    `select ${ORDER_COLUMNS} from orders o where o.id = $1 and o.customer_sub = $2`,
    [orderId, customerSub],
  );
  return order ?? null;
}

/**
 * Newest first. Keyset pagination: a page begins after a given order, so that orders placed meanwhile neither repeat nor
 * hide others.
 *
 * @throws InvalidInputError when the position is none of this customer's orders.
 */
export async function listOrders(database: Database, customerSub: string, request: ListRequest): Promise<OrderPage> {
  const { status, limit, after } = request;
  const orders = await database.query<Order>(
    `select ${ORDER_COLUMNS}
       from orders o
      where o.customer_sub = $1
        and ($2::text is null or o.status = $2)
        and ($3::uuid is null or (o.created_at, o.id) <
              (select p.created_at, p.id from orders p where p.id = $3 and p.customer_sub = $1))
      order by o.created_at desc, o.id desc
      limit $4`,
    // One more than asked for tells whether there is another page.
    [customerSub, status, after?.orderId ?? null, limit + 1],
  );
  if (orders.length === 0 && after !== null) await refuseUnknownPosition(database, customerSub, after.orderId);

  const items = orders.slice(0, limit);
  const last = items.at(-1);
  const hasMore = orders.length > limit && last !== undefined;
  return { items, nextToken: hasMore ? encodePageToken({ orderId: last.id, status }) : null };
}

/** An empty page is either the end of the list or the answer to a forged position. */
async function refuseUnknownPosition(database: Database, customerSub: string, orderId: string): Promise<void> {
  if ((await getOrder(database, customerSub, orderId)) === null) throw new InvalidInputError([INVALID_NEXT_TOKEN]);
}

/** Over all customers. AppSync lets only the group `admins` ask. */
export async function orderTotals(database: Database): Promise<OrderTotal[]> {
  return database.query<OrderTotal & Record<string, unknown>>(
    `select currency, count(*)::integer as "orderCount", sum(total_cents)::double precision as "totalCents"
       from orders
      where status = 'PLACED'
      group by currency
      order by currency`,
  );
}
