-- The catalogue: what can be ordered. The same for everybody, so no row-level security: no row is anybody's own. `app` gets no
-- right to it. It is there for the SQL data source, if you switch one on (docs/sql-data-source.md), and empty otherwise.

create table products (
  sku text primary key,
  name text not null,
  currency text not null,
  unit_price_cents integer not null,
  available boolean not null default true,
  constraint products_sku_not_empty check (sku <> ''),
  constraint products_name_not_empty check (name <> ''),
  constraint products_currency_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint products_price_not_negative check (unit_price_cents >= 0)
);
