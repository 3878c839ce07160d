/** A PostgreSQL with the roles of bootstrap.sql, an empty database for each test, and what the catalog says of it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOOTSTRAP_SQL } from '@vpc-postgres/lambda/database/sql-files.js';
import { type LocalPostgres, startPostgres } from '@vpc-postgres/local-stack/postgres/cluster.js';
import pg from 'pg';
import { copyNewCluster } from './new-cluster/copy.js';

/** Creates roles and databases and is no superuser: what RDS's master user is, as far as this matters. */
export const MASTER = 'master';

export interface TestCluster {
  readonly socketDirectory: string;
  /** A new database of the master user's, with the roles of bootstrap.sql. @returns its name */
  createDatabase(): Promise<string>;
  connect(database: string, user?: string): Promise<pg.Client>;
  stop(): Promise<void>;
}

export async function startTestCluster(): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-'));
  const dataDirectory = join(directory, 'data');
  await copyNewCluster(dataDirectory);
  const postgres: LocalPostgres = await startPostgres({ dataDirectory });
  const clients: pg.Client[] = [];

  const connect = async (database: string, user = 'migrator') => {
    const client = new pg.Client({ host: postgres.socketDirectory, user, database });
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  const superuser = await connect('postgres', 'postgres');
  await superuser.query(`create role ${MASTER} login createrole createdb`);

  const createDatabase = async () => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    // A copy of files takes a third of the time of the default, which writes all of it to the log of transactions.
    await superuser.query(`create database ${name} owner ${MASTER} strategy file_copy`);
    const master = await connect(name, MASTER);
    await master.query(await readFile(BOOTSTRAP_SQL, 'utf8'));
    await master.end();
    return name;
  };
  let lastCreation: Promise<unknown> = Promise.resolve();

  return {
    socketDirectory: postgres.socketDirectory,
    connect,
    createDatabase() {
      // One after the other: each alters the same roles.
      const creation = lastCreation.then(createDatabase);
      lastCreation = creation.catch(() => undefined);
      return creation;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.end()));
      await postgres.stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** Every table, column, index, constraint and grant, and what is recorded as applied: as text, to be compared. */
export async function describeDatabase(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    with ours as (
      select c.oid, c.relkind, c.relacl, format('%I.%I', n.nspname, c.relname) as name, pg_get_userbyid(c.relowner) as owner
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname !~ '^(pg_|information_schema)'
    )
    select format('%s %s of %s, grants %s', relkind, name, owner, relacl) as line from ours
    union all
    select format('%s.%s %s default %s', name, a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid))
      from ours join pg_attribute a on a.attrelid = ours.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    union all
    select format('%s valid %s', pg_get_indexdef(i.indexrelid), i.indisvalid) from pg_index i join ours on ours.oid = i.indexrelid
    union all
    select format('%s %s', name, pg_get_constraintdef(k.oid)) from pg_constraint k join ours on ours.oid = k.conrelid
    order by 1`);
  return [...rows.map(({ line }) => line), ...(await recorded(client))];
}

async function recorded(client: pg.Client): Promise<string[]> {
  const { rows: tables } = await client.query("select to_regclass('migrations.applied') as name");
  if (tables[0]?.name === null) return [];
  const { rows } = await client.query(
    `select format('%s %s finished %s', name, checksum, finished_at is not null) as line from migrations.applied order by 1`,
  );
  return rows.map(({ line }) => line);
}
