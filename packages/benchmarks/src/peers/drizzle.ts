/** Drizzle on pg's pool: its relational query, which is one statement. */
import { Signer } from '@aws-sdk/rds-signer';
import { relations } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { type GetOrderEvent, region, server } from './environment.js';

const orders = pgTable('bare_orders', {
  id: uuid().primaryKey(),
  status: text().notNull(),
  currency: text().notNull(),
  totalCents: integer('total_cents').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
});
const lines = pgTable('bare_order_lines', {
  orderId: uuid('order_id').notNull(),
  lineNumber: integer('line_number').notNull(),
  sku: text().notNull(),
  quantity: integer().notNull(),
  unitPriceCents: integer('unit_price_cents').notNull(),
});
const schema = {
  orders,
  lines,
  orderRelations: relations(orders, ({ many }) => ({ lines: many(lines) })),
  lineRelations: relations(lines, ({ one }) => ({
    order: one(orders, { fields: [lines.orderId], references: [orders.id] }),
  })),
};

const signer = new Signer({ hostname: server.host, port: server.port, username: server.user, region });
const pool = new pg.Pool({ ...server, password: () => signer.getAuthToken(), ssl: true });
const database = drizzle(pool, { schema });

export async function handler({ arguments: { id } }: GetOrderEvent) {
  const data = await database.query.orders.findFirst({
    where: (order, { eq }) => eq(order.id, id),
    with: { lines: { orderBy: (line) => line.lineNumber } },
  });
  return { data };
}
