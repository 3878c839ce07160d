/** A migrated database with two tables of the tests' own, in which the guard on rows looks for ways past row-level security. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startTestCluster, type TestCluster } from '@vpc-postgres/testing/support/migrations-database.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { migrate } from '../../../src/database/migrate/migrate.js';
import { readMigrations } from '../../../src/database/migrate/read-folder.js';
import { findRowExposures, type RowFinding } from '../../../src/database/migrate/row-guard.js';

const PROJECT_MIGRATIONS = join(import.meta.dirname, '../../../../testing/app/src/migrations');
const [ALICE, BOB] = [randomUUID(), randomUUID()];

/** Registers the hooks of a test file. Each test is a transaction of a superuser, who takes on other roles, and is rolled back. */
export function useGuardedDatabase() {
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

  return {
    as,
    find,
    aliceGetsBobs,
    get client() {
      return client;
    },
  };
}
