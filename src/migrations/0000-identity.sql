-- The caller's identity, as row-level security sees it. withUser (src/database/with-user.ts) calls assume() first in each
-- transaction; policies read sub() and is_in_group(). Outside such a transaction both say "nobody".

create schema identity;
grant usage on schema identity to app;

-- Lasts until the transaction ends, however it ends. A function, because RDS Proxy pins a session that sends SET or
-- set_config() itself; what a function does, it does not look at.
create function identity.assume(sub uuid, groups text[]) returns void
  language plpgsql
as $$
begin
  if sub is null or groups is null or pg_catalog.array_position(groups, null) is not null then
    raise 'An identity has a sub and a list of groups, none of them null.' using errcode = 'null_value_not_allowed';
  end if;
  perform pg_catalog.set_config('identity.sub', sub::text, true),
          pg_catalog.set_config('identity.groups', groups::text, true);
end
$$;

-- Cognito's immutable user id. Null without an identity, and null equals nothing: a policy that compares with it denies.
create function identity.sub() returns uuid
  language sql stable parallel safe
return case
  when current_setting('identity.sub', true) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  then current_setting('identity.sub', true)::uuid
end;

-- Whether the caller is in this group of the user pool.
create function identity.is_in_group(name text) returns boolean
  language sql stable parallel safe
return coalesce(name = any (nullif(current_setting('identity.groups', true), '')::text[]), false)
  and identity.sub() is not null;

revoke execute on all functions in schema identity from public;
grant execute on all functions in schema identity to app;
