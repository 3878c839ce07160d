import { describe, expect, test } from 'vitest';
import { findRowExposures } from '../../../src/database/migrate/row-guard.js';
import { useGuardedDatabase } from './row-guard-database.js';

const guarded = useGuardedDatabase();
const { aliceGetsBobs, as, find } = guarded;

test('finds nothing in the starter’s migrations, nor in a table with policies', async () => {
  expect(await findRowExposures(guarded.client)).toEqual([]);
  expect(await aliceGetsBobs('select body from notes')).toBe(false);
});

describe('the guard on rows: what is no problem', () => {
  test.each([
    {
      what: 'a view with security_invoker',
      sql: 'create view shown with (security_invoker) as select * from notes; grant select on shown to app',
    },
    {
      what: 'a view by an owner whom the callers’ policies restrict, because the table forces them on it',
      sql: `alter policy own_notes on notes to public; create view shown as select * from notes;
            grant select, insert, update, delete on shown to app`,
    },
    {
      what: 'a view with security_invoker, by way of one without',
      sql: `alter table notes no force row level security; create view inner_view with (security_invoker) as select * from notes;
            create view shown as select * from inner_view; grant select on shown to app`,
    },
    {
      what: 'a view by an owner whom no policy shows a row',
      sql: 'create view shown as select * from notes; grant select on shown to app',
    },
    {
      what: 'a view by an owner who is another than the table’s and has no attribute',
      superuser: `create role reporter; grant create on schema public to reporter; alter policy own_notes on notes to public;
                  alter table notes no force row level security; grant select on notes to reporter; set local role reporter;
                  create view shown as select * from notes; grant select on shown to app; reset role`,
    },
    {
      what: 'a table that does not force row-level security on its owner, who is not the caller',
      sql: 'alter table notes no force row level security; create view shown with (security_invoker) as select * from notes; grant select on shown to app',
    },
    {
      what: 'a partition that nothing is granted on',
      sql: `create table shown (sub uuid, body text) partition by list (body); create table part partition of shown default;
            alter table shown enable row level security; create policy own on shown to app using (sub = identity.sub());
            grant select on shown to app`,
      superuser: "insert into shown values (null, 'of bob')",
    },
    {
      what: 'a view that nothing is granted on',
      sql: 'create view hidden as select * from plain; create view shown as select body from notes where false; grant select on shown to app',
    },
    {
      what: 'a function with SECURITY DEFINER that app cannot execute',
      sql: `create function every_note() returns setof plain language sql security definer as 'select * from plain';
            revoke execute on function every_note from public; create view shown as select body from notes; grant select on shown to app`,
    },
    {
      what: 'a function that runs as its caller',
      sql: `create function every_note() returns setof notes language sql as 'select * from notes';
            create view shown with (security_invoker) as select * from every_note(); grant select on shown to app`,
    },
    {
      what: 'a trigger’s function with SECURITY DEFINER whose trigger app cannot fire',
      sql: `create function forget() returns trigger language plpgsql security definer as 'begin return null; end';
            create trigger forgets before insert on plain for each row execute function forget();
            create view shown as select body from notes; grant select on shown to app`,
    },
  ])('what the caller’s own policies hold for is no problem: $what', async ({ sql, superuser }) => {
    if (sql !== undefined) await as('owner', sql);
    if (superuser !== undefined) await guarded.client.query(superuser);

    expect(await find('problem')).toEqual([]);
    expect(await aliceGetsBobs('select body from shown')).toBe(false);
  });
});

describe('the guard on rows: comments', () => {
  const BECAUSE = 'because the catalogue is the same for everybody';
  const SHARED = 'create table shared (id int); grant select, insert on shared to app';

  test.each([
    ['a table', SHARED, `table shared is 'row-guard: allow select, insert ${BECAUSE}'`],
    [
      'it beside other lines',
      SHARED,
      `table shared is e'What is for sale.\nrow-guard: allow select, insert ${BECAUSE}'`,
    ],
    [
      'each privilege for its own reason',
      SHARED,
      `table shared is e'row-guard: allow select ${BECAUSE}\nrow-guard: allow insert because of tests'`,
    ],
    [
      'a table, and with it a view of the table',
      `${SHARED}; create view shown as select * from shared; grant select on shown to app`,
      `table shared is 'row-guard: allow select, insert ${BECAUSE}'`,
    ],
    [
      'a view, and not its table',
      'create table behind (id int); create view shown as select * from behind; grant select on shown to app',
      `view shown is 'row-guard: allow select ${BECAUSE}'`,
    ],
    [
      'a function',
      "create function f(integer, text[]) returns int language sql security definer as 'select 1'",
      `function f(integer, text[]) is 'row-guard: allow execute ${BECAUSE}'`,
    ],
    [
      'what no policy restricts',
      'grant truncate on notes to app',
      `table notes is 'row-guard: allow truncate ${BECAUSE}'`,
    ],
    [
      'a table without a grant',
      'revoke all on notes from app',
      `table notes is 'row-guard: allow no grant ${BECAUSE}'`,
    ],
  ])('a comment with a reason allows %s', async (_, sql, comment) => {
    await as('owner', sql);
    expect(await findRowExposures(guarded.client)).not.toEqual([]);

    await as('owner', `comment on ${comment}`);

    expect(await findRowExposures(guarded.client)).toEqual([]);
  });

  test('a comment allows the privileges that it names, and no other', async () => {
    await as('owner', `${SHARED}; comment on table shared is 'row-guard: allow select ${BECAUSE}'`);

    expect(await find('problem')).toEqual(['table public.shared: app has INSERT, and it has no row-level security.']);
  });

  test('what a comment allows is gone with its object', async () => {
    await as('owner', `${SHARED}; comment on table shared is 'row-guard: allow select, insert ${BECAUSE}'`);
    await as('owner', `drop table shared; ${SHARED}`);

    expect(await find('problem')).toEqual([
      'table public.shared: app has SELECT, INSERT, and it has no row-level security.',
    ]);
  });

  test('ownership and attributes are problems beside each other', async () => {
    await guarded.client.query('alter role app bypassrls; alter table plain owner to app');

    expect(await find('problem')).toHaveLength(2);
  });
});

test('a database without the role app has nothing to guard', async () => {
  await as('owner', 'grant select on plain to public');

  expect(await findRowExposures(guarded.client, 'nobody')).toEqual([]);
});

test('what comes with an extension is the extension’s affair', async () => {
  await as('owner', 'create table spatial_ref_sys (id int); grant select on spatial_ref_sys to public');
  await as('owner', 'create function version_of_it() returns int security definer return 1');
  await guarded.client.query('alter extension plpgsql add table spatial_ref_sys');
  await guarded.client.query('alter extension plpgsql add function version_of_it()');

  expect(await findRowExposures(guarded.client)).toEqual([]);
});
