-- For the SQL data source only (packages/backend/docs/sql-data-source.md): the role that it logs in as, with a password. Run it once in each
-- database, by its master user, after the migrations. Running it again changes nothing. Then set the password with
-- `\password sql_data_source` in psql, which puts it into no log and no history.

do $$
begin
  if not exists (select from pg_roles where rolname = 'sql_data_source') then
    create role sql_data_source login;
  end if;
end
$$;

-- Amplify's function stops after 30 s; nobody waits for what the database still does then.
alter role sql_data_source set statement_timeout = '10s';
alter role sql_data_source set lock_timeout = '5s';
alter role sql_data_source set idle_in_transaction_session_timeout = '15s';

grant usage on schema public to sql_data_source;

-- The catalogue, and nothing else. Amplify's authorization rules (amplify/data/sql-schema.ts) are all that stands before it:
-- this role knows no caller, so never give it a table whose rows belong to users. Granted as the table's owner, which on RDS
-- the master user is not.
do $$
begin
  execute format('set local role %I', (select tableowner from pg_tables where schemaname = 'public' and tablename = 'products'));
  grant select, insert, update, delete on products to sql_data_source;
end
$$;
