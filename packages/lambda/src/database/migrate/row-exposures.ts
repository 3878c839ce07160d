/**
 * Asks PostgreSQL's catalog for every way in which a role can reach rows that its own policies do not show it. Reads the
 * catalog alone, which every user may.
 * @see https://www.postgresql.org/docs/17/ddl-rowsecurity.html
 * @see https://www.postgresql.org/docs/17/rules-privileges.html
 */

/** A fact of the catalog. Which are problems is decided in row-guard.ts. */
export interface Exposure {
  readonly kind: ExposureKind;
  /** As PostgreSQL calls it in COMMENT ON: table, materialized view, function, … */
  readonly type: string;
  /** With its schema, and quoted where it must be. */
  readonly name: string;
  /** In the lower case of GRANT. */
  readonly privileges: readonly string[];
  /** Who holds them: roles, or `public`. */
  readonly grantees: readonly string[];
  /** The role with whose permissions the object works. */
  readonly owner: string | null;
  /** The base table of a view, the parent of a child, the trigger's table, what a role owns, the parent of a schema. */
  readonly through: string | null;
  readonly reason: string | null;
  /** The object's comment, where it speaks of the guard. */
  readonly comment: string | null;
}

export type ExposureKind =
  | 'attribute'
  | 'ownership'
  /** Privileges that no policy restricts. `reason`: why none does. */
  | 'unrestricted'
  /** Rows of a table with policies, through a parent without. */
  | 'inheritance'
  /** A view, or a rule, that reads or writes as its owner. */
  | 'as owner'
  | 'security definer'
  | 'no grant'
  | 'no policy'
  /** Nothing but the comment. */
  | 'comment';

/**
 * `$1`: the name of the role. Privileges count wherever they come from: granted to the role, to PUBLIC, to a role that it is
 * a member of, on single columns. They count without USAGE on the schema too, which PostgreSQL checks only when it looks up
 * a name, and not in a view or an SQL function that has been parsed already.
 */
export const EXPOSURES = `with recursive
-- A member of a role has its privileges, or gets them by SET ROLE.
principal as (
  select r.oid, r.rolname
    from pg_roles login join pg_roles r on pg_has_role(login.oid, r.oid, 'member')
   where login.rolname = $1
),
command (privilege, polcmd) as (values ('select', 'r'), ('insert', 'a'), ('update', 'w'), ('delete', 'd')),
-- What comes with an extension shows the extension's rows.
relation as (
  select c.oid, c.relkind, c.relowner, c.relnamespace, i.type, i.identity as name,
         c.relrowsecurity as restricted, c.relforcerowsecurity as forced,
         exists (select from pg_options_to_table(c.reloptions) where option_name = 'security_invoker' and option_value::boolean)
           as invoker,
         exists (select from principal where oid = c.relowner) as owned,
         array(select p from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
                where exists (select from principal r
                               where case when p in ('delete', 'truncate', 'trigger') then has_table_privilege(r.oid, c.oid, p)
                                          else has_any_column_privilege(r.oid, c.oid, p) end)) as privileges
    from pg_class c join pg_namespace n on n.oid = c.relnamespace,
         pg_identify_object('pg_class'::regclass, c.oid, 0) i
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     and exists (select from principal)
),
policy as (
  select p.polrelid, p.polname, p.polcmd::text, p.polpermissive, p.polroles,
         exists (select from principal r, unnest(p.polroles) t (role)
                  where t.role = 0 or pg_has_role(r.oid, nullif(t.role, 0), 'usage')) as for_principal
    from pg_policy p
),
-- A rule works with the permissions of its relation's owner, a view's included. ev_type 1 is SELECT.
rule as (
  select distinct w.ev_class as relation, d.refobjid as base,
         (array[null, 'update', 'insert', 'delete'])[w.ev_type::text::int] as privilege
    from pg_rewrite w
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
   where d.refobjid <> w.ev_class
),
-- A view with security_invoker is read with the privileges of the user that reads the outermost one.
reach as (
  select v.oid as relation, u.base, v.relowner as role, u.privilege
    from relation v join rule u on u.relation = v.oid
   where v.relkind <> 'm' and not v.invoker and not v.owned and v.privileges <> '{}'
  union
  select h.relation, u.base, b.relowner, h.privilege
    from reach h join relation b on b.oid = h.base and b.relkind <> 'm' and not b.invoker join rule u on u.relation = b.oid
),
ancestor as (
  select inhrelid as child, inhparent as parent from pg_inherits
  union
  select a.child, i.inhparent from ancestor a join pg_inherits i on i.inhrelid = a.parent
),
as_owner as (
  select v.oid, v.type, v.name, b.name as base, h.role, p.privileges,
         case
           when not b.restricted then 'unrestricted'
           when o.rolsuper or o.rolbypassrls then 'bypass'
           when not b.forced and pg_has_role(h.role, b.relowner, 'usage') then 'owner'
           else 'policy ' || (
             select string_agg(quote_ident(y.polname), ', ' order by y.polname) from policy y
              where y.polrelid = b.oid and y.polpermissive <> y.for_principal
                and y.polpermissive = exists (select from unnest(y.polroles) t (role)
                                               where t.role = 0 or pg_has_role(h.role, nullif(t.role, 0), 'usage'))
                and y.polcmd in (select '*' union select 'r'
                                  union select c.polcmd from command c where c.privilege = any (p.privileges)))
         end as reason
    from reach h
    join relation v on v.oid = h.relation
    join relation b on b.oid = h.base and b.relkind <> 'v'
    join pg_roles o on o.oid = h.role,
         lateral (select array(select c.privilege from command c
                                where c.privilege = any (v.privileges)
                                  and c.privilege = coalesce(h.privilege, c.privilege)) as privileges) p
   where p.privileges <> '{}'
),
definer as (
  select f.oid, f.proowner, i.type, i.identity as name, t.through
    from pg_proc f join pg_namespace n on n.oid = f.pronamespace,
         pg_identify_object('pg_proc'::regclass, f.oid, 0) i,
         -- A trigger's function needs no EXECUTE privilege of the user that changes the rows, and cannot be called without its trigger.
         lateral (select string_agg(distinct r.name, ', ') as through from pg_trigger g join relation r on r.oid = g.tgrelid
                   where g.tgfoid = f.oid and not g.tgisinternal
                     and (r.privileges && array['insert', 'update', 'delete', 'truncate']
                          or r.oid in (select base from reach))) t
   where f.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = f.oid and d.deptype = 'e')
     and not exists (select from principal where oid = f.proowner)
     and (t.through is not null
          or f.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
             and exists (select from principal r where has_function_privilege(r.oid, f.oid, 'execute')))
),
acl as (
  select c.oid, a.* from pg_class c, aclexplode(c.relacl) a
  union all select attrelid, a.* from pg_attribute, aclexplode(attacl) a
  union all select f.oid, a.* from pg_proc f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a where f.prosecdef
)
select e.kind, e.type, replace(e.name, 'pg_catalog.', '') as name, e.privileges,
       array(select distinct coalesce(quote_ident(r.rolname), 'public') from acl left join principal r on r.oid = acl.grantee
              where acl.oid = e.oid and lower(acl.privilege_type) = any (e.privileges) and (r.oid is not null or acl.grantee = 0)
              order by 1) as grantees,
       quote_ident(o.rolname) as owner, e.through, e.reason, e.comment
  from (
    select 'attribute', 0, 'role', quote_ident(r.rolname), '{}'::text[], null::oid, null, a.reason, null
      from principal p join pg_roles r using (oid),
           unnest(array[case when r.rolsuper then 'superuser' end, case when r.rolbypassrls then 'bypassrls' end,
                        case when r.rolreplication then 'replication' end, case when r.rolcreaterole then 'createrole' end,
                        case when r.rolname ~ '^pg_(execute_server_program|(read|write)_server_files)$' then 'server' end]
           ) a (reason)
     where a.reason is not null
    union all
    select 'ownership', 0, 'role', quote_ident(p.rolname), '{}', null,
           string_agg(i.type || ' ' || i.identity, ', ' order by i.type, i.identity), null, null
      from principal p
      join pg_shdepend s on s.refclassid = 'pg_authid'::regclass and s.refobjid = p.oid and s.deptype = 'o'
       and s.dbid in (0, (select oid from pg_database where datname = current_database())),
           pg_identify_object(s.classid, s.objid, s.objsubid) i
     -- A temporary table is its session's, and gone with it.
     where coalesce(i.schema, '') !~ '^pg_(toast_)?temp_'
     group by p.rolname
    union all
    select 'unrestricted', r.oid, r.type, r.name, p.privileges, null,
           (select string_agg(distinct b.name, ', ') from ancestor a join relation b on b.oid = a.parent
             where a.child = r.oid and b.restricted),
           case when r.restricted then 'policies' else r.relkind::text end, null
      from relation r,
           lateral (select array(select p from unnest(r.privileges) p
                                  where not r.restricted or p in ('truncate', 'references', 'trigger')) as privileges) p
     where r.relkind <> 'v' and not r.owned and p.privileges <> '{}'
    union all
    select 'inheritance', c.oid, c.type, c.name, p.privileges, null, b.name, null, null
      from relation c join ancestor a on a.child = c.oid join relation b on b.oid = a.parent,
           lateral (select array(select c.privilege from command c where c.privilege = any (b.privileges)
                                  and (c.privilege <> 'insert' or b.relkind = 'p')) as privileges) p
     where c.restricted and not b.restricted and not b.owned and p.privileges <> '{}'
    union all
    select 'as owner', oid, type, name, privileges, role, base, reason, null from as_owner where reason is not null
    union all
    select 'security definer', oid, type, name, array['execute'], proowner, through, null, null from definer
    union all
    select 'no grant', r.oid, r.type, r.name, array['no grant'], null, quote_ident(n.nspname),
           case when r.privileges <> '{}' then 'schema' end, null
      from relation r join pg_namespace n on n.oid = r.relnamespace
     where r.relkind in ('r', 'p') and n.nspname <> 'migrations'
       and (r.privileges = '{}' or not exists (select from principal p where has_schema_privilege(p.oid, n.oid, 'usage')))
       and r.oid not in (select inhrelid from pg_inherits) and r.oid not in (select base from reach)
    union all
    select 'no policy', r.oid, r.type, r.name, p.privileges, null, null, null, null
      from relation r,
           lateral (select array(select c.privilege from command c
                                  where c.privilege = any (r.privileges)
                                    and not exists (select from policy y where y.polrelid = r.oid and y.for_principal
                                                       and y.polpermissive and y.polcmd in ('*', c.polcmd))) as privileges) p
     where r.restricted and not r.owned and p.privileges <> '{}'
    union all
    select 'comment', 0, i.type, i.identity, '{}', null, null, null, d.description
      from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
     where d.description ~* 'row-guard' and d.objsubid = 0 and d.classoid in ('pg_class'::regclass, 'pg_proc'::regclass)
       and exists (select from principal)
  ) e (kind, oid, type, name, privileges, owner, through, reason, comment)
  left join pg_roles o on o.oid = e.owner
 order by e.kind, e.name, e.through`;
