import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startTestCluster, type TestCluster } from '@vpc-postgres/testing/support/migrations-database.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../../src/database/migrate/migrate.js';
import { readMigrations } from '../../../src/database/migrate/read-folder.js';
import { assertNoProblems, findRowExposures, type RowFinding } from '../../../src/database/migrate/row-guard.js';

const PROJECT_MIGRATIONS = join(import.meta.dirname, '../../../../testing/app/src/migrations');
const [ALICE, BOB] = [randomUUID(), randomUUID()];

/** Each test is a transaction of the superuser's, who takes on other roles, and is rolled back. */
let cluster: TestCluster;
let client: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  const database = await cluster.createDatabase();
  await migrate(await cluster.connect(database), readMigrations(PROJECT_MIGRATIONS));
  client = await cluster.connect(database, 'postgres');
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  await client.query('begin');
  await as(
    'owner',
    `create table notes (sub uuid not null default identity.sub(), body text);
     alter table notes enable row level security, force row level security;
     create policy own_notes on notes to app using (sub = identity.sub());
     grant select, insert, update, delete on notes to app;
     create table plain as select 'of bob' as body;
     comment on table plain is 'row-guard: allow no grant because tests grant what they need';`,
  );
  await client.query("insert into notes values ($1, 'of alice'), ($2, 'of bob')", [ALICE, BOB]);
});
afterEach(() => client.query('rollback'));

async function as(role: string, sql: string): Promise<pg.QueryResult> {
  await client.query(`set local role ${role}`);
  const result = await client.query(sql);
  await client.query('reset role');
  return result;
}

async function find(severity: RowFinding['severity']): Promise<string[]> {
  const findings = await findRowExposures(client);
  return findings.filter((finding) => finding.severity === severity).map(({ message }) => message);
}

/** What Alice gets, on a connection of app's, of Bob's row in `notes` and of the one row in `plain`, which is his too. */
async function aliceGetsBobs(probe: string, role = 'app'): Promise<boolean> {
  await client.query("select identity.assume($1, '{}')", [ALICE]);
  const { rows } = await as(role, probe);
  return rows.some(({ body }) => body === 'of bob');
}

test('finds nothing in the starter’s migrations, nor in a table with policies', async () => {
  expect(await findRowExposures(client)).toEqual([]);
  expect(await aliceGetsBobs('select body from notes')).toBe(false);
});

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
    if (superuser !== undefined) await client.query(superuser);

    expect(await find('problem')).toContain(problem);
    if (probe !== undefined) expect(await aliceGetsBobs(probe, role)).toBe(true);
  });
});

describe('the guard on rows: what is none', () => {
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
    if (superuser !== undefined) await client.query(superuser);

    expect(await find('problem')).toEqual([]);
    expect(await aliceGetsBobs('select body from shown')).toBe(false);
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
    await client.query(sql);

    expect(await find('problem')).toEqual([problem]);
  });

  test('the role app as a member of the role owner owns all that the migrations create', async () => {
    await client.query('grant owner to app with inherit false');

    expect(await find('problem')).toEqual([
      expect.stringMatching(
        /^role owner: it owns function identity\.assume.* …\. An owner can switch row-level security off, and app is a member of it\.$/,
      ),
    ]);
  });

  test('the role app as a superuser passes every check, and nothing else is said', async () => {
    await client.query('alter role app superuser');

    expect(await findRowExposures(client)).toEqual([
      {
        severity: 'problem',
        message: 'role app: it is a superuser, whom no policy restricts.',
        fix: 'alter role app nosuperuser;',
      },
    ]);
  });

  test('a temporary table of a request that is going on is not taken for app’s own', async () => {
    await client.query(`grant temporary on database ${client.database} to app`);
    await as('app', 'create temporary table mine (id int)');

    expect(await findRowExposures(client)).toEqual([]);
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
    expect(await findRowExposures(client)).not.toEqual([]);

    await as('owner', `comment on ${comment}`);

    expect(await findRowExposures(client)).toEqual([]);
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
    await client.query('alter role app bypassrls; alter table plain owner to app');

    expect(await find('problem')).toHaveLength(2);
  });
});

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

    expect(await findRowExposures(client)).toEqual([]);
  });
});

test('a database without the role app has nothing to guard', async () => {
  await as('owner', 'grant select on plain to public');

  expect(await findRowExposures(client, 'nobody')).toEqual([]);
});

test('what comes with an extension is the extension’s affair', async () => {
  await as('owner', 'create table spatial_ref_sys (id int); grant select on spatial_ref_sys to public');
  await as('owner', 'create function version_of_it() returns int security definer return 1');
  await client.query('alter extension plpgsql add table spatial_ref_sys');
  await client.query('alter extension plpgsql add function version_of_it()');

  expect(await findRowExposures(client)).toEqual([]);
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
    const [problem] = (await findRowExposures(client)).filter(({ severity }) => severity === 'problem');

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
    const [problem] = (await findRowExposures(client)).filter(({ severity }) => severity === 'problem');

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
    const [problem] = (await findRowExposures(client)).filter(({ severity }) => severity === 'problem');

    await as('owner', change.exec(problem?.fix ?? '')?.[0] ?? '');

    expect(await find('problem')).toEqual([]);
  });
});

test('several problems are one error, with each fix', async () => {
  await as('owner', 'grant select on plain to public; grant truncate on notes to app');
  const findings = await findRowExposures(client);

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
