-- Run once in each database, by its master user, before the first deployment. `npm start` runs this very file locally.
-- It makes three roles. Running it again changes nothing.
--
--   owner     owns the tables and everything else that the migrations make; nobody can log in as it
--   migrator  logs in to run the migrations, as owner
--   app       logs in to serve requests: it may do what the migrations grant it, and owns nothing
--
-- Roles belong to the whole server. Passwords, or `grant rds_iam to app, migrator`, come after it: docs/deploy.md.

do $$
declare
  wrong text;
begin
  if not exists (select from pg_roles where rolname = 'owner') then
    create role owner nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'migrator') then
    create role migrator login;
  end if;
  if not exists (select from pg_roles where rolname = 'app') then
    create role app login;
  end if;

  -- A role of this name that somebody else has made may hold more than is good.
  select string_agg(rolname, ', ' order by rolname) into wrong
    from pg_roles
   where rolname in ('owner', 'migrator', 'app')
     and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
          or rolcanlogin <> (rolname <> 'owner'));
  if wrong is not null then
    raise exception 'These roles exist and are not what they are needed for: %', wrong
      using hint = 'owner must not log in, migrator and app must; none may be a superuser, make roles or databases, '
        'replicate or bypass row-level security.';
  end if;

  if pg_has_role('app', 'owner', 'member') then
    raise exception 'app is a member of owner, and so could read and change everything'
      using hint = 'revoke owner from app';
  end if;

  -- What migrator creates belongs to owner from the start. SET ROLE is never sent, so nothing can forget it.
  if not exists (
    select from pg_auth_members
     where roleid = 'owner'::regrole and member = 'migrator'::regrole
  ) then
    grant owner to migrator;
  end if;
  if current_setting('server_version_num')::int >= 160000 then
    -- The user that made the role can give it away, but not use it; the next statement asks for the use.
    if not pg_has_role('owner', 'set') then
      execute format('grant owner to %I with set true, inherit false', current_user);
    end if;
  elsif not pg_has_role('owner', 'member') then
    execute format('grant owner to %I', current_user);
  end if;
end
$$;

alter role migrator set role = 'owner';

-- RDS Proxy refuses these as startup parameters, so they belong to the role that logs in. For app they bound a statement
-- whose caller has already given up (pool.ts: 8 s), because the proxy cannot cancel one.
alter role app set statement_timeout = '10s';
alter role app set lock_timeout = '5s';
alter role app set idle_in_transaction_session_timeout = '15s';
-- PostgreSQL's default, but for pg_temp, which it otherwise looks into first: no temporary table stands in for a real one.
alter role app set search_path = "$user", public, pg_temp;

-- A migration may work long, but not wait long for a lock: everybody who comes after it waits behind it.
alter role migrator set statement_timeout = '10min';
alter role migrator set lock_timeout = '5s';
alter role migrator set idle_in_transaction_session_timeout = '1min';

-- A table with FORCE ROW LEVEL SECURITY hides rows from its owner too. An update that would miss them fails, and is not
-- taken for done: docs/migrations.md.
alter role migrator set row_security = off;

-- Never used by a login. For the day on which somebody gives owner one.
alter role owner set statement_timeout = '10min';
alter role owner set lock_timeout = '5s';
alter role owner set idle_in_transaction_session_timeout = '1min';

-- PostgreSQL 15 and later give PUBLIC no right to create here; this says so for databases upgraded from older ones.
revoke create on schema public from public;
grant usage on schema public to app;
grant usage, create on schema public to owner;

-- For the schema of the migrations' own records, and extensions that a database owner may install. Temporary tables outlive
-- their transaction, and a later caller of the session would find them.
--
-- This is all that can be taken from PUBLIC. Functions and views of pg_catalog belong to a superuser, and RDS's master user is
-- none: large objects, set_config() and pg_settings stay with everybody who can log in (docs/row-level-security.md).
do $$
begin
  execute format('grant connect, create, temporary on database %I to owner', current_database());
  execute format('grant connect on database %I to app, migrator', current_database());
  execute format('revoke temporary on database %I from public', current_database());
  if has_database_privilege('app', current_database(), 'temporary') then
    raise exception 'app may create temporary tables in the database %', current_database()
      using hint = 'Run this as the owner of the database, and grant TEMPORARY on it to no role that app is a member of.';
  end if;
end
$$;
