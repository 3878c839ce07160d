select sku, name, currency, unit_price_cents, available
  from products
 where available and position(lower(:text) in lower(name)) > 0
 order by name, sku
 limit 50
