import { readFile } from 'node:fs/promises';
import { MASTER, startTestCluster, type TestCluster } from '@vpc-postgres/testing/support/migrations-database.js';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOOTSTRAP_SQL } from '../../../src/database/sql-files.js';

/** bootstrap.sql as RDS's master user runs it: one who may create roles and is no superuser. */
let cluster: TestCluster;
let database: string;
let superuser: pg.Client;
let bootstrap: string;

beforeAll(async () => {
  cluster = await startTestCluster();
  superuser = await cluster.connect('postgres', 'postgres');
  await superuser.query('create role rds_iam nologin');
  database = await cluster.createDatabase();
  bootstrap = await readFile(BOOTSTRAP_SQL, 'utf8');
});
afterAll(() => cluster.stop());

test('owner cannot log in, migrator and app can, and none has an attribute that would let it do more', async () => {
  const { rows } = await superuser.query(
    `select rolname, rolcanlogin, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as dangerous
       from pg_roles where rolname in ('owner', 'migrator', 'app') order by 1`,
  );

  expect(rows).toEqual([
    { rolname: 'app', rolcanlogin: true, dangerous: false },
    { rolname: 'migrator', rolcanlogin: true, dangerous: false },
    { rolname: 'owner', rolcanlogin: false, dangerous: false },
  ]);
  await expect(cluster.connect(database, 'owner')).rejects.toThrow('role "owner" is not permitted to log in');
});

test('migrator is a member of owner and of nothing else, and app of nothing: rds_iam is a matter of the proxy', async () => {
  const { rows } = await superuser.query(
    `select member::regrole::text, roleid::regrole::text as role from pg_auth_members
      where member in ('app'::regrole, 'migrator'::regrole, 'owner'::regrole)`,
  );

  expect(rows).toEqual([{ member: 'migrator', role: 'owner' }]);
});

test('what migrator makes is owner’s, without a SET ROLE', async () => {
  const migrator = await cluster.connect(database);
  await migrator.query('create table tea (id int); create schema kitchen; create function f() returns int return 1');

  const { rows } = await migrator.query(
    `select session_user, current_user, pg_get_userbyid(relowner) as table_owner, nspowner::regrole::text as schema_owner
       from pg_class, pg_namespace where relname = 'tea' and nspname = 'kitchen'`,
  );

  expect(rows).toEqual([
    { session_user: 'migrator', current_user: 'owner', table_owner: 'owner', schema_owner: 'owner' },
  ]);
});

test.each([
  ['app', '10s', '5s', '15s'],
  ['migrator', '10min', '5s', '1min'],
])('%s has its limits from the login on', async (user, statement, lock, idle) => {
  const client = await cluster.connect(database, user);

  const { rows } = await client.query(
    `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
            current_setting('idle_in_transaction_session_timeout') as idle`,
  );

  expect(rows).toEqual([{ statement, lock, idle }]);
});

describe('app', () => {
  test.each([
    ['create table mine ()', 'permission denied for schema public'],
    ['create schema mine', 'permission denied for database'],
    ['create temporary table mine ()', 'permission denied to create temporary tables'],
    ['set role owner', 'permission denied to set role "owner"'],
    ['set role migrator', 'permission denied to set role "migrator"'],
    ['alter role app bypassrls', 'permission denied to alter role'],
    ['grant owner to app', 'permission denied to grant role "owner"'],
    ['select * from secret', 'permission denied for table secret'],
    ['alter table secret disable row level security', 'must be owner of table secret'],
    ['drop table secret', 'must be owner of table secret'],
  ])('may not: %s', async (sql, refusal) => {
    const migrator = await cluster.connect(database);
    await migrator.query('create table if not exists secret (id int)');
    const app = await cluster.connect(database, 'app');

    await expect(app.query(sql)).rejects.toThrow(refusal);
  });

  test('may what a migration grants it', async () => {
    const migrator = await cluster.connect(database);
    await migrator.query('create table shared (id int); grant select, insert on shared to app');
    const app = await cluster.connect(database, 'app');

    await app.query('insert into shared values (1)');

    expect((await app.query('select id from shared')).rows).toEqual([{ id: 1 }]);
    await expect(app.query('delete from shared')).rejects.toThrow('permission denied for table shared');
  });
});

test('a migration that row-level security would show some of the rows fails, and is not taken for done', async () => {
  const migrator = await cluster.connect(database);
  await migrator.query(
    'create table guarded (id int); insert into guarded values (1); alter table guarded enable row level security, force row level security',
  );

  await expect(migrator.query('update guarded set id = 2')).rejects.toThrow(
    'query would be affected by row-level security policy for table "guarded"',
  );

  await migrator.query('begin; alter table guarded no force row level security');
  await migrator.query('update guarded set id = 2; alter table guarded force row level security; commit');
  const superuserHere = await cluster.connect(database, 'postgres');
  expect((await superuserHere.query('select id from guarded')).rows).toEqual([{ id: 2 }]);
});

test('a foreign key that row-level security would keep from seeing the rows that break it fails', async () => {
  const migrator = await cluster.connect(database);
  await migrator.query('create table parent (id int primary key); create table child (parent_id int)');
  await migrator.query('insert into child values (1)');
  await migrator.query('alter table child enable row level security, force row level security');
  const foreignKey = 'alter table child add foreign key (parent_id) references parent';

  await expect(migrator.query(foreignKey)).rejects.toThrow('query would be affected by row-level security');

  // PostgreSQL's own default takes it for valid.
  await migrator.query('set row_security = on');
  await migrator.query(foreignKey);
});

test('running it again changes nothing', async () => {
  const state = `select rolname, rolconfig, rolcanlogin, (select array_agg(format('%s %s', roleid::regrole, grantor::regrole))
                   from pg_auth_members where member = r.oid) from pg_roles r where rolname !~ '^pg_' order by 1`;
  const before = (await superuser.query(state)).rows;
  const master = await cluster.connect(database, MASTER);

  await master.query(bootstrap);

  expect((await superuser.query(state)).rows).toEqual(before);
});

test('migrator may make temporary tables', async () => {
  const migrator = await cluster.connect(database);

  await migrator.query('create temporary table draft (id int)');
});

test('what PostgreSQL lets PUBLIC do in pg_catalog is not the master user’s to take back', async () => {
  const master = await cluster.connect(database, MASTER);
  const warnings: (string | undefined)[] = [];
  master.on('notice', ({ message }) => warnings.push(message));

  await master.query('revoke execute on function set_config, lo_create from public');

  expect(warnings).toEqual([
    'no privileges could be revoked for "set_config"',
    'no privileges could be revoked for "lo_create"',
  ]);
});

test('refuses a database in which app could still make temporary tables', async () => {
  const master = await cluster.connect(database, MASTER);
  await superuser.query(`grant temporary on database ${database} to app`);
  try {
    await expect(master.query(bootstrap)).rejects.toMatchObject({
      message: `app may create temporary tables in the database ${database}`,
      hint: expect.stringContaining('as the owner of the database'),
    });
  } finally {
    await superuser.query(`revoke temporary on database ${database} from app`);
  }
});

describe('refuses a role that somebody else has made too powerful', () => {
  test.each([
    ['alter role app bypassrls', 'alter role app nobypassrls', 'not what they are needed for: app'],
    ['alter role owner login', 'alter role owner nologin', 'not what they are needed for: owner'],
    ['alter role migrator superuser', 'alter role migrator nosuperuser', 'not what they are needed for: migrator'],
    ['grant owner to app', 'revoke owner from app', 'app is a member of owner'],
  ])('%s', async (spoil, mend, refusal) => {
    const master = await cluster.connect(database, MASTER);
    await superuser.query(spoil);
    try {
      await expect(master.query(bootstrap)).rejects.toThrow(refusal);
    } finally {
      await superuser.query(mend);
    }
  });
});
