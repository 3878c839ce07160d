import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../../support/local-stack.js';

/** What must hold of every table and function that migrations make, whoever wrote them. */
let stack: TestStack;
let superuser: pg.Client;

beforeAll(async () => {
  stack = await startTestStack();
  superuser = await stack.connectSuperuser();
});
afterAll(async () => {
  await superuser?.end();
  await stack?.stop();
});

describe('the tables and functions of the migrations, yours included', () => {
  test('the role app owns nothing, and cannot pass by row-level security', async () => {
    const { rows } = await superuser.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
              (select count(*)::int from pg_class where relowner = r.oid) as owned
         from pg_roles r where rolname = 'app'`,
    );

    expect(rows).toEqual([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        owned: 0,
      },
    ]);
  });

  test('each table that app may touch forces row-level security, and has a policy', async () => {
    const { rows } = await superuser.query(
      `select c.oid::regclass::text as name from pg_class c
        where c.relkind in ('r', 'p')
          and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          and has_any_column_privilege('app', c.oid, 'select, insert, update')
          and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy where polrelid = c.oid))`,
    );

    expect(rows).toEqual([]);
  });

  test('no function leaves a setting behind', async () => {
    const { rows } = await superuser.query(
      `select p.oid::regprocedure::text as name from pg_proc p
        where p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          and (p.prosrc ~* '\\mset\\s+(session|role|[a-z_.]+\\s*(=|\\mto\\M))'
               or p.prosrc ~* 'set_config\\([^;]*\\mfalse\\M|pg_(try_)?advisory_lock')`,
    );

    expect(rows).toEqual([]);
  });
});
