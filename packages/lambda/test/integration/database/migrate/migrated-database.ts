/** Runs migrations of three files on a database of the test's own, and compares it before and after a run that fails. */
import {
  describeDatabase,
  startTestCluster,
  type TestCluster,
} from '@vpc-postgres/testing/support/migrations-database.js';
import { type Files, type RunOptions, runMigrations } from '@vpc-postgres/testing/support/run-migrations.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';

export const TEA = { '0001-tea.sql': 'create table tea (id int);' };
export const POT = { '0002-pot.sql': 'create table pot (id int);' };
export const CUP = { '0003-cup.sql': 'create table cup (id int);' };

/** Registers the hooks of a test file. Each test has a database that has never been migrated. */
export function useMigratedDatabase() {
  let cluster: TestCluster;
  let database: string;
  /** Sees everything, and changes nothing. */
  let observer: pg.Client;

  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    database = await cluster.createDatabase();
    observer = await cluster.connect(database, 'postgres');
  });
  afterEach(() => observer.end());

  const run = (files: Files, options?: RunOptions) => runMigrations(cluster, database, files, options);

  /** @returns the message; fails when the database is not as it was before */
  async function refusalOf(files: Files, options?: RunOptions): Promise<string> {
    const before = await describeDatabase(observer);
    const message = await run(files, options).then(
      ({ applied }) => `no refusal: ${applied.join(', ') || 'nothing'} was applied`,
      (error: Error) => `${error.name}: ${error.message}`,
    );
    expect(await describeDatabase(observer)).toEqual(before);
    return message;
  }

  return {
    run,
    refusalOf,
    get cluster() {
      return cluster;
    },
    get database() {
      return database;
    },
    get observer() {
      return observer;
    },
  };
}
