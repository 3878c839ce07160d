-- Orders of the example domain. Amounts are integer cents. Keys are UUIDs: RDS Proxy pins a session that calls nextval().

create table orders (
  id uuid primary key default gen_random_uuid(),
  -- The caller's Cognito `sub`.
  customer_sub text not null check (customer_sub <> ''),
  status text not null default 'PLACED' check (status in ('PLACED', 'CANCELLED')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  total_cents integer not null check (total_cents >= 0),
  created_at timestamptz not null default now()
);

-- Serves listOrders: a customer's orders, newest first, from any position.
create index orders_by_customer on orders (customer_sub, created_at desc, id desc);

create table order_lines (
  order_id uuid not null references orders on delete cascade,
  line_number integer not null check (line_number >= 1),
  sku text not null check (sku <> ''),
  quantity integer not null check (quantity >= 1),
  unit_price_cents integer not null check (unit_price_cents >= 0),
  primary key (order_id, line_number)
);

grant select, insert, update on orders to app;
grant select, insert on order_lines to app;
