-- Orders of the example domain. Amounts are integer cents. Keys are UUIDs: RDS Proxy pins a session that calls nextval().

create table orders (
  id uuid primary key default gen_random_uuid(),
  -- The customer's Cognito `sub`. No statement names it: the default fills it in, and the policy holds it to the caller.
  customer_sub uuid not null default identity.sub(),
  status text not null default 'PLACED',
  currency text not null,
  total_cents integer not null,
  -- What the caller named this request, so that it can be repeated. Null when it must not be.
  idempotency_key text,
  created_at timestamptz not null default now(),
  -- Constraint names are part of the API: src/orders/errors.ts maps them to the fields of the input.
  constraint orders_status_known check (status in ('PLACED', 'CANCELLED')),
  constraint orders_currency_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint orders_total_not_negative check (total_cents >= 0),
  constraint orders_idempotency_key_once unique (customer_sub, idempotency_key),
  -- For the foreign key of the lines, which carry their customer.
  constraint orders_of_customer unique (id, customer_sub)
);

-- Serves listOrders: a customer's orders, newest first, from any position.
create index orders_by_customer on orders (customer_sub, created_at desc, id desc);

create table order_lines (
  order_id uuid not null,
  line_number integer not null,
  -- The order's, so that the policy needs no second table; the foreign key holds the two together.
  customer_sub uuid not null default identity.sub(),
  sku text not null,
  quantity integer not null,
  unit_price_cents integer not null,
  primary key (order_id, line_number),
  constraint order_lines_of_order foreign key (order_id, customer_sub) references orders (id, customer_sub) on delete cascade,
  constraint order_lines_number_from_one check (line_number >= 1),
  constraint order_lines_sku_not_empty check (sku <> ''),
  constraint order_lines_quantity_positive check (quantity >= 1),
  constraint order_lines_price_not_negative check (unit_price_cents >= 0)
);

-- Rows that no policy names are nobody's. FORCE holds the owner to the policies too.
alter table orders enable row level security, force row level security;
alter table order_lines enable row level security, force row level security;

-- The subselect makes PostgreSQL ask once for each statement instead of once for each row.
create policy own_orders on orders to app
  using (customer_sub = (select identity.sub())) with check (customer_sub = (select identity.sub()));
create policy own_order_lines on order_lines to app
  using (customer_sub = (select identity.sub())) with check (customer_sub = (select identity.sub()));

-- Admins see sums, not orders: `app` may not read another customer's row for anybody. The view reads as its owner, whom the
-- policy lets do so for admins alone; the view asks again, for a database whose owner is above policies.
create policy totals_for_admins on orders for select to current_user
  using ((select identity.is_in_group('admins')));
create view order_totals with (security_barrier) as
  select currency, count(*)::integer as order_count, sum(total_cents)::double precision as total_cents
    from orders
   where status = 'PLACED' and (select identity.is_in_group('admins'))
   group by currency;

grant select, insert, update (status) on orders to app;
grant select, insert on order_lines to app;
grant select on order_totals to app;

-- What the guard on rows would name, and is meant: docs/row-level-security.md#the-guard-on-rows.
comment on view order_totals is
  'row-guard: allow select because it shows sums to admins alone, and nobody else a row';
