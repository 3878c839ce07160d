-- Run once in each database, by its master user, before the first deploy. `npm start` runs this very file locally.
-- It makes the role that the Lambda function logs in as. Running it again changes nothing.

do $$
begin
  if not exists (select from pg_roles where rolname = 'app') then
    create role app login;
  end if;
end
$$;

-- RDS Proxy refuses these as start-up parameters, so they belong to the role. They bound a statement whose caller has
-- already given up (pool.ts: 8 s), because the proxy cannot cancel one.
alter role app set statement_timeout = '10s';
alter role app set lock_timeout = '5s';
alter role app set idle_in_transaction_session_timeout = '15s';

-- PostgreSQL 15 and later give PUBLIC no right to create here; this says so for databases upgraded from older ones.
revoke create on schema public from public;
grant usage on schema public to app;
