-- What the guard on rows would name, and is meant: docs/row-level-security.md#the-guard-on-rows.

comment on view order_totals is
  'row-guard: allow select because it shows sums to admins alone, and nobody else a row';

comment on table products is
  'row-guard: allow no grant because only the SQL data source reads and writes it, when there is one';
