/** A database that has never been migrated, and three files that create tables, of which it can have two already. */
import { startTestCluster, type TestCluster } from '@vpc-postgres/testing/support/migrations-database.js';
import { type Files, runMigrations } from '@vpc-postgres/testing/support/run-migrations.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

export const FILES = {
  '0001-tea.sql': 'create table tea (a int)',
  '0002-pot.sql': 'create table pot (a int)',
  '0003-cup.sql': 'create table cup (a int)',
};

/** Registers the hooks of a test file. Each test has a database of its own. */
export function useBaselineDatabase() {
  let cluster: TestCluster;
  let database: string;
  let superuser: pg.Client;

  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    database = await cluster.createDatabase();
    superuser = await cluster.connect(database, 'postgres');
  });
  afterEach(() => superuser.end());

  const run = (files: Files) => runMigrations(cluster, database, files);
  const createTables = () => superuser.query('create table tea (a int); create table pot (a int)');
  const recorded = async () => {
    const { rows } = await superuser.query(
      `select name, pg_get_userbyid(relowner) as owner from migrations.applied, pg_class
        where pg_class.oid = 'migrations.applied'::regclass and finished_at is not null order by 1`,
    );
    return rows;
  };

  return {
    run,
    createTables,
    recorded,
    get cluster() {
      return cluster;
    },
    get database() {
      return database;
    },
    get superuser() {
      return superuser;
    },
  };
}
