/** Kysely on pg's pool: one statement, the lines as JSON, as its recipes show. */
import { Signer } from '@aws-sdk/rds-signer';
import { Kysely, PostgresDialect } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import pg from 'pg';
import { type GetOrderEvent, region, server } from './environment.js';

interface Tables {
  bare_orders: { id: string; status: string; currency: string; total_cents: number; created_at: Date };
  bare_order_lines: { order_id: string; line_number: number; sku: string; quantity: number; unit_price_cents: number };
}

const signer = new Signer({ hostname: server.host, port: server.port, username: server.user, region });
const database = new Kysely<Tables>({
  dialect: new PostgresDialect({
    pool: new pg.Pool({ ...server, password: () => signer.getAuthToken(), ssl: true }),
  }),
});

export async function handler({ arguments: { id } }: GetOrderEvent) {
  const data = await database
    .selectFrom('bare_orders as o')
    .select((order) => [
      'o.id',
      'o.status',
      'o.currency',
      'o.total_cents as totalCents',
      'o.created_at as createdAt',
      jsonArrayFrom(
        order
          .selectFrom('bare_order_lines as l')
          .select(['l.sku', 'l.quantity', 'l.unit_price_cents as unitPriceCents'])
          .whereRef('l.order_id', '=', 'o.id')
          .orderBy('l.line_number'),
      ).as('lines'),
    ])
    .where('o.id', '=', id)
    .executeTakeFirst();
  return { data };
}
