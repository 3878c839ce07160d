import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRowExposures } from '../../../src/database/migrate/row-guard.js';

/** What must hold of every table and function that migrations make. */
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

  test('the guard on rows finds nothing in the migrations: no way past row-level security, no table without a grant or policy', async () => {
    expect(await findRowExposures(superuser)).toEqual([]);
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
