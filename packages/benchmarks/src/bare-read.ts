/** getOrder's own statement, on copies of the tables that have no policies: what a read is without row-level security. */
export const BARE_READ = `select o.id, o.status, o.currency, o.total_cents as "totalCents", o.created_at as "createdAt",
  (select json_agg(json_build_object('sku', l.sku, 'quantity', l.quantity, 'unitPriceCents', l.unit_price_cents)
                   order by l.line_number)
     from bare_order_lines l where l.order_id = o.id) as lines
  from bare_orders o where o.id = $1`;
