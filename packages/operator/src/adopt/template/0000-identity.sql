-- The caller's identity, as row-level security sees it. Each transaction calls assume() first; policies read sub() and
-- is_in_group(). Outside such a transaction both say "nobody". It is held in a cursor, and not in a setting: a setting can be
-- changed by any statement that calls set_config(), injected ones included. A cursor is opened and closed by statements of
-- their own, which no other statement can contain: what a transaction has taken on it keeps until it ends, however it ends.
-- What is left to an attacker: docs/row-level-security.md.

create schema identity;
grant usage on schema identity to app;

-- Who the caller is; two nulls for nobody. `sub()` and `is_in_group()` read it for the policies.
-- Restricted, because a parallel worker has no cursors. `(select identity.sub())` is asked before the workers start.
create function identity.caller(out sub uuid, out groups text[])
  language plpgsql stable parallel restricted
as $$
declare
  held pg_catalog.refcursor := 'identity of this transaction';
begin
  -- FETCH fails where there is no such cursor.
  if exists (select from pg_catalog.pg_cursor() as cursor where cursor.name = 'identity of this transaction') then
    fetch first from held into sub, groups;
  end if;
end
$$;

-- Takes on an identity that was checked; null, null is nobody.
create function identity.hold(sub uuid, groups text[]) returns void
  language plpgsql
as $$
declare
  held pg_catalog.refcursor := 'identity of this transaction';
begin
  open held scroll for select hold.sub, hold.groups;
exception when duplicate_cursor then
  raise 'This transaction has an identity already, and keeps it until it ends.'
    using errcode = 'active_sql_transaction', hint = 'Begin another transaction for another identity.';
end
$$;

create function identity.assume(sub uuid, groups text[]) returns void
  language plpgsql
as $$
begin
  if sub is null or groups is null or pg_catalog.array_position(groups, null) is not null then
    raise 'An identity has a sub and a list of groups, none of them null.' using errcode = 'null_value_not_allowed';
  end if;
  perform identity.hold(sub, groups);
end
$$;

-- Before a statement that runs for nobody: without it, an injected one could take on an identity.
create function identity.assume_nobody() returns void
  language sql
return identity.hold(null, null);

-- Cognito's immutable user id. Null without an identity, and null equals nothing: a policy that compares with it denies.
create function identity.sub() returns uuid
  language sql stable parallel restricted
return (identity.caller()).sub;

-- Whether the caller is in this group of the user pool.
create function identity.is_in_group(name text) returns boolean
  language sql stable parallel restricted
return coalesce(name = any ((identity.caller()).groups), false);

revoke execute on all functions in schema identity from public;
grant execute on all functions in schema identity to app;
