import { describe, expect, test } from 'vitest';
import { findRowExposures } from '../../../src/database/migrate/row-guard.js';
import { useGuardedDatabase } from './row-guard-database.js';

const guarded = useGuardedDatabase();
const { aliceGetsBobs, as, find } = guarded;

/** `sql` is run as the role owner. */
describe('the guard on rows: what is a problem', () => {
  test.each([
    {
      way: 'a table without row-level security',
      sql: 'grant select on plain to app',
      probe: 'select body from plain',
      problem: 'table public.plain: app has SELECT, and it has no row-level security.',
    },
    {
      way: 'a single column of it',
      sql: 'grant select (body) on plain to app',
      probe: 'select body from plain',
      problem: 'table public.plain: app has SELECT, and it has no row-level security.',
    },
    {
      way: 'a grant to PUBLIC',
      sql: 'grant select on plain to public',
      probe: 'select body from plain',
      problem: 'table public.plain: app has SELECT, and it has no row-level security.',
    },
    {
      way: 'a grant to a role that app is a member of',
      superuser: 'create role readers; grant readers to app; grant select on plain to readers',
      probe: 'select body from plain',
      problem: 'table public.plain: app has SELECT, and it has no row-level security.',
    },
    {
      way: 'a grant to a role that app can only SET ROLE to',
      superuser: 'create role readers; grant readers to app with inherit false; grant select on plain to readers',
      probe: 'select body from plain',
      role: 'readers',
      problem: 'table public.plain: app has SELECT, and it has no row-level security.',
    },
    {
      way: 'the predefined role pg_read_all_data',
      superuser: 'grant pg_read_all_data to app',
      probe: 'select body from plain',
      problem: 'table public.plain: app has SELECT, and it has no row-level security.',
    },
    {
      way: 'updating and deleting rows of a table without row-level security',
      sql: 'grant insert, update, delete on plain to app',
      problem: 'table public.plain: app has INSERT, UPDATE, DELETE, and it has no row-level security.',
    },
    {
      way: 'a partition that is read directly',
      sql: `create table parted (sub uuid, body text) partition by list (body);
            alter table parted enable row level security, force row level security;
            create policy own on parted to app using (sub = identity.sub());
            create table part partition of parted default; grant select on parted, part to app`,
      superuser: "insert into parted values (null, 'of bob')",
      probe: 'select body from part',
      problem:
        'table public.part: app has SELECT, and it has no row-level security. The policies of public.parted hold for what goes through public.parted alone.',
    },
    {
      way: 'a table that is read through a parent, which passes no INSERT on',
      sql: `create table parent (sub uuid, body text); create table child () inherits (parent); alter table notes inherit child;
            grant select, insert on parent to app;
            comment on table parent is 'row-guard: allow select, insert because it has no row of its own'`,
      probe: 'select body from parent',
      problem:
        "table public.notes: app has SELECT on its rows through public.parent, which has no row-level security. The table's own does not hold there.",
    },
    {
      way: 'a materialized view',
      superuser: 'create materialized view stored as select body from notes; grant select on stored to app',
      probe: 'select body from stored',
      problem: 'materialized view public.stored: app has SELECT, and PostgreSQL has no row-level security for it.',
    },
    {
      way: 'a view by the owner of a table that does not force row-level security',
      sql: 'alter table notes no force row level security; create view shown as select * from notes; grant select on shown to app',
      probe: 'select body from shown',
      problem:
        'view public.shown: app has SELECT, and it works as the role owner, which owns public.notes, and public.notes does not force row-level security on its owner.',
    },
    {
      way: 'a view by an owner whom a policy shows more',
      sql: 'create policy everything on notes to owner using (true); create view shown as select * from notes; grant select on shown to app',
      probe: 'select body from shown',
      problem:
        'view public.shown: app has SELECT, and it works as the role owner, to which public.notes shows other rows than to its callers (policy everything).',
    },
    {
      way: 'a view by an owner whom a restrictive policy does not restrict',
      sql: `drop policy own_notes on notes; create policy everybody on notes using (true);
            create policy own_only on notes as restrictive to app using (sub = identity.sub());
            create view shown as select * from notes; grant select on shown to app`,
      probe: 'select body from shown',
      problem:
        'view public.shown: app has SELECT, and it works as the role owner, to which public.notes shows other rows than to its callers (policy own_only).',
    },
    {
      way: 'a view by a superuser',
      superuser: 'create view shown as select * from notes; grant select on shown to app',
      probe: 'select body from shown',
      problem:
        'view public.shown: app has SELECT, and it works as the role postgres, which bypasses the row-level security of public.notes.',
    },
    {
      way: 'a view of a table without row-level security',
      sql: 'create view shown as select * from plain; grant select on shown to app',
      probe: 'select body from shown',
      problem:
        'view public.shown: app has SELECT, and it works as the role owner, and public.plain has no row-level security.',
    },
    {
      way: 'a view of such a view',
      sql: `create view inner_view as select * from plain; create view shown as select * from inner_view;
            grant select on shown to app`,
      probe: 'select body from shown',
      problem:
        'view public.shown: app has SELECT, and it works as the role owner, and public.plain has no row-level security.',
    },
    {
      way: 'a security_invoker view of a view by its owner, which app must be able to read',
      sql: `create view inner_view as select * from plain; grant select on inner_view to app;
            create view shown with (security_invoker) as select * from inner_view; grant select on shown to app`,
      probe: 'select body from shown',
      problem:
        'view public.inner_view: app has SELECT, and it works as the role owner, and public.plain has no row-level security.',
    },
    {
      way: 'a view of a materialized view',
      superuser: `create materialized view stored as select body from notes; create view shown as select * from stored;
                  grant select on shown to app`,
      probe: 'select body from shown',
      problem:
        'view public.shown: app has SELECT, and it works as the role postgres, and public.stored has no row-level security.',
    },
    {
      way: 'writing through a view',
      sql: 'alter table notes no force row level security; create view shown as select body from notes; grant delete on shown to app',
      problem:
        'view public.shown: app has DELETE, and it works as the role owner, which owns public.notes, and public.notes does not force row-level security on its owner.',
    },
    {
      way: 'a rule on a table',
      sql: `create table doors (body text); alter table doors enable row level security;
            grant select, insert, update on doors to app; create policy anyone on doors to app using (true);
            create rule shows as on insert to doors do instead select body from plain`,
      probe: "insert into doors values ('')",
      problem:
        'table public.doors: app has INSERT, and it works as the role owner, and public.plain has no row-level security.',
    },
    {
      way: 'a function with SECURITY DEFINER, which PUBLIC can execute unless it is revoked',
      sql: "create function every_note(word text) returns setof plain language sql security definer as 'select * from plain'",
      probe: "select body from every_note('')",
      problem:
        'function public.every_note(text): app can execute it, and it runs as the role owner (SECURITY DEFINER).',
    },
    {
      way: 'a procedure with SECURITY DEFINER',
      sql: "create procedure forget() language sql security definer as 'delete from plain'",
      problem: 'procedure public.forget(): app can execute it, and it runs as the role owner (SECURITY DEFINER).',
    },
    {
      way: 'a trigger’s function with SECURITY DEFINER, which needs no EXECUTE',
      sql: `create function forget() returns trigger language plpgsql security definer as
              $$ begin select body into new.body from plain; return new; end $$;
            revoke execute on function forget from public;
            create trigger forgets before insert on notes for each row execute function forget()`,
      probe: 'insert into notes default values returning body',
      problem:
        'function public.forget(): it runs as the role owner (SECURITY DEFINER) when app changes rows of public.notes.',
    },
    {
      way: 'such a trigger on a table that app changes through a view',
      sql: `create table behind (sub uuid); alter table behind enable row level security, force row level security;
            create policy own on behind using (true);
            create view shown as select * from behind; grant insert on shown to app;
            create function forget() returns trigger language plpgsql security definer as 'begin return new; end';
            create trigger forgets before insert on behind for each row execute function forget()`,
      problem:
        'function public.forget(): it runs as the role owner (SECURITY DEFINER) when app changes rows of public.behind.',
    },
    {
      way: 'a partition of a table that has no row-level security either',
      sql: `create table parted (body text) partition by list (body); create table part partition of parted default;
            insert into parted values ('of bob'); grant select on part to app`,
      probe: 'select body from part',
      problem: 'table public.part: app has SELECT, and it has no row-level security.',
    },
    {
      way: 'a truncate, which no policy restricts',
      sql: 'grant truncate on notes to app',
      problem: 'table public.notes: app has TRUNCATE, which no policy restricts.',
    },
    {
      way: 'foreign keys and triggers of app’s own',
      sql: 'grant references, trigger on notes to app',
      problem: 'table public.notes: app has REFERENCES, TRIGGER, which no policy restricts.',
    },
    {
      way: 'a foreign table',
      superuser: `create foreign data wrapper w; create server s foreign data wrapper w;
                  create foreign table far (body text) server s; grant select on far to app`,
      problem: 'foreign table public.far: app has SELECT, and PostgreSQL has no row-level security for it.',
    },
  ])('a way past row-level security is a problem: $way', async ({ sql, superuser, probe, role, problem }) => {
    if (sql !== undefined) await as('owner', sql);
    if (superuser !== undefined) await guarded.client.query(superuser);

    expect(await find('problem')).toContain(problem);
    if (probe !== undefined) expect(await aliceGetsBobs(probe, role)).toBe(true);
  });
});

describe('the guard on rows: attributes and ownership', () => {
  test.each([
    ['alter role app bypassrls', 'role app: it has BYPASSRLS: no policy restricts it.'],
    ['alter role app replication', 'role app: it has REPLICATION, and can read every row of the server.'],
    ['alter role app createrole', 'role app: it has CREATEROLE, and can give itself other roles.'],
    [
      'create role free bypassrls; grant free to app with inherit false',
      'role free: it has BYPASSRLS: no policy restricts it, and app is a member of it.',
    ],
    [
      'grant pg_read_server_files to app',
      'role pg_read_server_files: it can read or write files of the server, and app is a member of it.',
    ],
    [
      'alter table plain owner to app',
      'role app: it owns table public.plain. An owner can switch row-level security off.',
    ],
    [
      'create function nothing() returns int security definer return 1; alter function nothing owner to app; create schema s authorization app',
      'role app: it owns function public.nothing(), schema s. An owner can switch row-level security off.',
    ],
  ])('the role app with more than privileges is a problem: %s', async (sql, problem) => {
    await guarded.client.query(sql);

    expect(await find('problem')).toEqual([problem]);
  });

  test('the role app as a member of the role owner owns all that the migrations create', async () => {
    await guarded.client.query('grant owner to app with inherit false');

    expect(await find('problem')).toEqual([
      expect.stringMatching(
        /^role owner: it owns function identity\.assume.* …\. An owner can switch row-level security off, and app is a member of it\.$/,
      ),
    ]);
  });

  test('the role app as a superuser passes every check, and nothing else is said', async () => {
    await guarded.client.query('alter role app superuser');

    expect(await findRowExposures(guarded.client)).toEqual([
      {
        severity: 'problem',
        message: 'role app: it is a superuser, whom no policy restricts.',
        fix: 'alter role app nosuperuser;',
      },
    ]);
  });

  test('a temporary table of a request that is going on is not taken for app’s own', async () => {
    await guarded.client.query(`grant temporary on database ${guarded.client.database} to app`);
    await as('app', 'create temporary table mine (id int)');

    expect(await findRowExposures(guarded.client)).toEqual([]);
  });
});
