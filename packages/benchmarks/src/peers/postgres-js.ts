/** postgres.js, with the statement as its users write it. `prepare: false`, because prepared statements pin RDS Proxy. */
import { Signer } from '@aws-sdk/rds-signer';
import postgres from 'postgres';
import { type GetOrderEvent, region, server } from './environment.js';

const signer = new Signer({ hostname: server.host, port: server.port, username: server.user, region });
const sql = postgres({
  ...server,
  password: () => signer.getAuthToken(),
  // "require" would not verify.
  ssl: 'verify-full',
  prepare: false,
});

export async function handler({ arguments: { id } }: GetOrderEvent) {
  const [row] = await sql`
    select o.id, o.status, o.currency, o.total_cents as "totalCents", o.created_at as "createdAt",
      (select json_agg(json_build_object('sku', l.sku, 'quantity', l.quantity, 'unitPriceCents', l.unit_price_cents)
                       order by l.line_number)
         from bare_order_lines l where l.order_id = o.id) as lines
      from bare_orders o where o.id = ${id}`;
  return { data: row };
}
