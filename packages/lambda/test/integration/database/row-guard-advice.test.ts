import { describe, expect, test } from 'vitest';
import { assertNoProblems, findRowExposures } from '../../../src/database/migrate/row-guard.js';
import { useGuardedDatabase } from './row-guard-database.js';

const guarded = useGuardedDatabase();
const { as, find } = guarded;

describe('the guard on rows: warnings', () => {
  test.each([
    [
      'a table without a grant',
      'create table forgotten (id int)',
      'table public.forgotten: nothing is granted to app.',
    ],
    [
      'a schema that app has no USAGE on',
      `create schema s; create table s.t (id int); grant select on s.t to app; comment on table s.t is 'row-guard: allow select because of tests'`,
      'table s.t: app has no USAGE on its schema.',
    ],
    [
      'a privilege without a policy',
      'drop policy own_notes on notes; create policy reads on notes for select to app using (true)',
      'table public.notes: app has INSERT, UPDATE, DELETE, and no policy for it: there are no rows for it.',
    ],
    [
      'a policy that is another role’s',
      'alter policy own_notes on notes to owner',
      'table public.notes: app has SELECT, INSERT, UPDATE, DELETE, and no policy for it: there are no rows for it.',
    ],
    [
      'a restrictive policy alone',
      'drop policy own_notes on notes; create policy own_notes on notes as restrictive to app using (true)',
      'table public.notes: app has SELECT, INSERT, UPDATE, DELETE, and no policy for it: there are no rows for it.',
    ],
    [
      'a comment without a reason',
      "comment on table notes is 'row-guard: allow select'",
      'table public.notes: this line of its comment allows nothing: "row-guard: allow select".',
    ],
    [
      'a comment that allows what is not there',
      "comment on table notes is 'row-guard: allow delete because of tests'",
      'table public.notes: its comment allows delete, and there is nothing to allow.',
    ],
  ])('warns of %s', async (_, sql, warning) => {
    await as('owner', sql);

    expect(await find('problem')).toEqual([]);
    expect(await find('warning')).toEqual([warning]);
  });

  test('does not warn of a partition, nor for a table that app reaches through a view', async () => {
    await as(
      'owner',
      `create table parted (sub uuid) partition by list (sub); create table part partition of parted default;
       alter table parted enable row level security; create policy own on parted to app using (sub = identity.sub());
       grant select on parted to app;
       create table behind (sub uuid); alter table behind enable row level security, force row level security;
       create policy own on behind using (sub = identity.sub());
       create view shown as select * from behind; grant select on shown to app`,
    );

    expect(await findRowExposures(guarded.client)).toEqual([]);
  });
});

/** Each in its own transaction, because a statement that fails ends it. */
describe('the fix that the guard on rows names ends the problem', () => {
  test.each([
    ['a table', 'grant select on plain to public'],
    ['a column', 'grant update (body) on plain to app'],
    [
      'a materialized view',
      'create materialized view "Stored" as select body from plain; grant select on "Stored" to app, public',
    ],
    ['a function', "create function f(text) returns int language sql security definer as 'select 1'"],
    ['a procedure', "create procedure f(text[]) language sql security definer as 'select 1'"],
    ['a truncate', 'grant truncate on notes to app'],
  ])('by revoking, for %s', async (_, sql) => {
    await as('owner', sql);
    const [problem] = (await findRowExposures(guarded.client)).filter(({ severity }) => severity === 'problem');

    await as('owner', /revoke [^;]+;/.exec(problem?.fix ?? '')?.[0] ?? '');

    expect(await find('problem')).toEqual([]);
  });

  test.each([
    [
      'a materialized view',
      'create materialized view "Stored" as select body from plain; grant select on "Stored" to app',
    ],
    ['a function', "create function f(text, int[]) returns int language sql security definer as 'select 1'"],
    ['a procedure', "create procedure f(text) language sql security definer as 'select 1'"],
    ['a view', 'create view v as select body from plain; grant select on v to app'],
  ])('by a comment with a reason, for %s', async (_, sql) => {
    await as('owner', sql);
    const [problem] = (await findRowExposures(guarded.client)).filter(({ severity }) => severity === 'problem');

    await as('owner', /comment on [^;]+;/.exec(problem?.fix ?? '')?.[0] ?? '');

    expect(await find('problem')).toEqual([]);
  });

  test.each([
    [
      'a view',
      'create view v as select * from notes; alter table notes no force row level security; grant select on v to app',
      /alter table [^;]+;/,
    ],
    [
      'a view, by security_invoker',
      'create view v as select body from plain; grant select on v to app',
      /alter view [^;]+;/,
    ],
    [
      'a function',
      "create function f() returns int language sql security definer as 'select 1'",
      /alter function [^;]+;/,
    ],
    ['a table', 'grant select on plain to app', /alter table [^;]+;/],
    [
      'a trigger’s function',
      `create function f() returns trigger language plpgsql security definer as 'begin return new; end';
       create trigger t before insert on notes for each row execute function f()`,
      /alter function [^;]+;/,
    ],
  ])('by a change, for %s', async (_, sql, change) => {
    await as('owner', sql);
    const [problem] = (await findRowExposures(guarded.client)).filter(({ severity }) => severity === 'problem');

    await as('owner', change.exec(problem?.fix ?? '')?.[0] ?? '');

    expect(await find('problem')).toEqual([]);
  });
});

test('several problems are one error, with each fix', async () => {
  await as('owner', 'grant select on plain to public; grant truncate on notes to app');
  const findings = await findRowExposures(guarded.client);

  expect(() => assertNoProblems(findings, '0003-more.sql is not applied')).toThrow(
    `0003-more.sql is not applied: callers would pass row-level security in 2 ways.

table public.notes: app has TRUNCATE, which no policy restricts.
  revoke truncate on public.notes from app;
  If it is meant: comment on table public.notes is 'row-guard: allow truncate because …';

table public.plain: app has SELECT, and it has no row-level security.
  alter table public.plain enable row level security, force row level security; and create a policy to app. Or: revoke select on public.plain from public;
  If it is meant: comment on table public.plain is 'row-guard: allow select because …';`,
  );
});
