import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BaselineOptions, baseline } from '@vpc-postgres/lambda/database/migrate/baseline.js';
import { loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { createCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { type RdsProxy, startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import { BOTH_WAYS, runHere } from '@vpc-postgres/testing/support/command-line.js';
import {
  describeDatabase,
  startTestCluster,
  type TestCluster,
} from '@vpc-postgres/testing/support/migrations-database.js';
import { type Files, prepare, runMigrations } from '@vpc-postgres/testing/support/run-migrations.js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../../../testing/app');

let cluster: TestCluster;
let directory: string;
let database: string;
let superuser: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  directory = await mkdtemp(join(tmpdir(), 'baseline-'));
});
afterAll(async () => {
  await cluster.stop();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  database = await cluster.createDatabase();
  superuser = await cluster.connect(database, 'postgres');
});
afterEach(() => superuser.end());

const FILES = {
  '0001-tea.sql': 'create table tea (a int)',
  '0002-pot.sql': 'create table pot (a int)',
  '0003-cup.sql': 'create table cup (a int)',
};

const run = (files: Files) => runMigrations(cluster, database, files);
const createTables = () => superuser.query('create table tea (a int); create table pot (a int)');
const recorded = async () => {
  const { rows } = await superuser.query(
    `select name, pg_get_userbyid(relowner) as owner from migrations.applied, pg_class
      where pg_class.oid = 'migrations.applied'::regclass and finished_at is not null order by 1`,
  );
  return rows;
};

describe('a baseline', () => {
  async function record(options: BaselineOptions, files: Files = FILES) {
    const client = await cluster.connect(database);
    return baseline(client, prepare(files), options).finally(() => client.end());
  }
  const refusalOf = async (options: BaselineOptions, files?: Files): Promise<string> => {
    const before = await describeDatabase(superuser);
    const message = await record(options, files).then(
      ({ recorded: names }) => `recorded ${names.join(', ')}`,
      (error: Error) => error.message,
    );
    expect(await describeDatabase(superuser)).toEqual(before);
    return message;
  };

  test('records the files up to the one that is named, and the next run applies those behind it', async () => {
    await createTables();

    expect(await record({ through: '0002-pot.sql' })).toEqual({
      recorded: ['0001-tea.sql', '0002-pot.sql'],
      pending: ['0003-cup.sql'],
    });

    expect(await run(FILES)).toEqual({ applied: ['0003-cup.sql'], newer: [] });
    expect(await recorded()).toEqual(Object.keys(FILES).map((name) => ({ name, owner: 'owner' })));
  });

  test('records checksums: a file that is changed afterwards is refused', async () => {
    await createTables();
    await record({ through: '0002-pot.sql' });

    await expect(run({ ...FILES, '0001-tea.sql': 'create table tea ()' })).rejects.toThrow('0001-tea.sql has changed');
  });

  test('leaves out what has been applied, and goes on behind it', async () => {
    const files = { ...FILES, '0001-tea.sql': 'create table identity (a int)' };
    await run({ '0001-tea.sql': files['0001-tea.sql'] });
    await createTables();
    await expect(run(files)).rejects.toThrow('0002-pot.sql:1:1: relation "pot" already exists');

    expect(await record({ through: '0002-pot.sql' }, files)).toEqual({
      recorded: ['0002-pot.sql'],
      pending: ['0003-cup.sql'],
    });

    expect((await run(files)).applied).toEqual(['0003-cup.sql']);
  });

  test('that is a dry run says the same, and changes nothing', async () => {
    await createTables();

    expect(await refusalOf({ through: '0002-pot.sql', dryRun: true })).toBe('recorded 0001-tea.sql, 0002-pot.sql');
  });

  test('is refused for a file that there is not', async () => {
    await createTables();

    expect(await refusalOf({ through: '0009-lid.sql' })).toBe(
      'There is no migration "0009-lid.sql". Expected one of: 0001-tea.sql, 0002-pot.sql, 0003-cup.sql.',
    );
  });

  test('is refused for a file that is recorded', async () => {
    await run(FILES);

    expect(await refusalOf({ through: '0002-pot.sql' })).toBe(
      '0002-pot.sql is recorded as applied already. Nothing was recorded.',
    );
  });

  test('is refused where what is recorded does not fit the files', async () => {
    await run({ '0001-tea.sql': 'create table tea ()' });

    expect(await refusalOf({ through: '0002-pot.sql' })).toContain('0001-tea.sql has changed since it was applied');
  });

  test('is refused where a file is half done', async () => {
    const files = { ...FILES, '0001-tea.sql': '-- no-transaction\ncreate table tea ();\nselect 1/0' };
    await expect(run(files)).rejects.toThrow('division by zero');

    expect(await refusalOf({ through: '0002-pot.sql' }, files)).toContain('0001-tea.sql is half done.');
  });

  test('is refused for a database that is empty', async () => {
    expect(await refusalOf({ through: '0002-pot.sql' })).toContain(
      `The database ${database} has no table and no function, so none of the files has been applied to it.`,
    );
  });

  test('waits for a run that has the lock, and says who has it', async () => {
    await createTables();
    const holder = await cluster.connect(database);
    await holder.query('select pg_advisory_lock(7236115902)');

    expect(await refusalOf({ through: '0002-pot.sql', lockWaitMillis: 0 })).toContain(
      'Waited 0 s for another run of the migrations',
    );
    await holder.end();
  });
});

describe('vpc-postgres migrate baseline', () => {
  const migratorRole = createCredentials();
  const appRole = createCredentials();
  let proxy: RdsProxy;
  let caPath: string;
  let folder: string;

  beforeAll(async () => {
    const certificate = await loadOrCreateCertificate(directory);
    caPath = certificate.caPath;
    proxy = await startRdsProxy({
      hostname: 'localhost',
      port: 0,
      region: 'eu-west-1',
      certificate,
      upstreamSocketPath: join(cluster.socketDirectory, '.s.PGSQL.5432'),
      principals: [{ credentials: migratorRole, databaseUsers: ['migrator'] }],
      admission: { databaseUsers: ['migrator'] },
    });
    folder = join(directory, 'migrations');
    await mkdir(folder);
    for (const [name, sql] of Object.entries(FILES)) await writeFile(join(folder, name), sql);
  });
  afterAll(() => proxy.stop());
  beforeEach(async () => {
    await createTables();
    await mkdir(join(directory, '.local'), { recursive: true });
    const connection = {
      host: 'localhost',
      port: proxy.port,
      region: 'eu-west-1',
      database,
      user: 'app',
      credentials: appRole,
      migrator: { user: 'migrator', credentials: migratorRole },
    };
    await writeFile(join(directory, '.local/connection.json'), JSON.stringify(connection));
    await writeFile(join(directory, '.local/ca.pem'), await readFile(caPath));
  });

  const commandLine = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) => ({
    file: join(import.meta.dirname, '../run-cli.ts'),
    args: ['migrate', 'baseline', '--directory', folder, ...args],
    // The environments are those of the project.
    cwd: args.includes('--environment') ? PROJECT : directory,
    env: { PATH: process.env.PATH, HOME: directory, AWS_EC2_METADATA_DISABLED: 'true', ...environment },
  });
  const command = (...line: Parameters<typeof commandLine>) => runHere(commandLine(...line));

  test('shows what it would record through the local proxy, and records it with --yes', async () => {
    const before = await describeDatabase(superuser);

    const dryRun = await command(['--through', '0002-pot.sql']);
    expect({ ...dryRun, database: await describeDatabase(superuser) }).toEqual({
      status: 0,
      stderr: '',
      stdout: `Would be recorded as applied in the database ${database} at localhost:${proxy.port}, without being run:
  0001-tea.sql
  0002-pot.sql
The next deployment applies:
  0003-cup.sql
Nothing has changed. If all that they make is there, add --yes.
`,
      database: before,
    });

    expect(await command(['--through', '0002-pot.sql', '--yes'])).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('Recorded as applied in the database'),
    });
    expect((await run(FILES)).applied).toEqual(['0003-cup.sql']);
  });

  test.each(BOTH_WAYS)('records as owner, whoever logs in, %s', async (_, runIt) => {
    const args = [
      '--host',
      cluster.socketDirectory,
      '--database',
      database,
      '--user',
      'postgres',
      '--through',
      '0003-cup.sql',
    ];

    expect(await runIt(commandLine([...args, '--yes']))).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('No file is behind them.'),
    });

    expect(await recorded()).toContainEqual({ name: '0003-cup.sql', owner: 'owner' });
  });

  test('reaches an endpoint through a tunnel, with the certificate and the token of the endpoint', async () => {
    const connection = JSON.parse(await readFile(join(directory, '.local/connection.json'), 'utf8'));
    const args = ['--through', '0001-tea.sql', '--via', `127.0.0.1:${proxy.port}`];

    expect(await command(args)).toMatchObject({ status: 0 });

    await writeFile(
      join(directory, '.local/connection.json'),
      JSON.stringify({ ...connection, host: 'other.example' }),
    );
    expect(await command(args)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /^There is no connection to other\.example:\d+ as migrator: .*(altnames|does not match)/,
      ),
    });
  });

  test.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
    ['without --through', [], {}, /^error: required option '--through <NAME>' not specified/],
    [
      'for a file that there is not',
      ['--through', 'x.sql'],
      {},
      /^There is no migration "x\.sql"\. Expected one of: 0001-tea\.sql/,
    ],
    ['with an option that there is not', ['--through', 'x', '--now'], {}, /^error: unknown option '--now'/],
    [
      'with --host and no --database',
      ['--through', 'x', '--host', 'db.example'],
      { PGPASSWORD: 'x' },
      /^--database is missing/,
    ],
    [
      'with --host and no password',
      ['--through', 'x', '--host', 'db.example', '--database', 'app'],
      {},
      /^PGPASSWORD is not set/,
    ],
    [
      'without TLS to another machine',
      ['--through', 'x', '--host', 'db.example', '--database', 'app', '--no-tls'],
      { PGPASSWORD: 'secret-word' },
      /^--no-tls is for this machine, and db\.example is another\./,
    ],
    [
      'with a tunnel that has no port',
      ['--through', 'x', '--via', 'localhost'],
      {},
      /^--via is "localhost"\. Expected HOST:PORT/,
    ],
    [
      'for an environment that there is not',
      ['--through', 'x', '--environment', 'nowhere'],
      {},
      /^There is no environment "nowhere"/,
    ],
    [
      'for an environment without AWS credentials',
      ['--through', 'x', '--environment', 'example'],
      {},
      /^No token could be signed/,
    ],
  ])('%s is refused in words, and changes nothing', async (_, args, environment, problem) => {
    const before = await describeDatabase(superuser);

    const { status, stdout, stderr } = await command(args, environment);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(problem);
    expect(stderr).not.toContain('secret-word');
    expect(await describeDatabase(superuser)).toEqual(before);
  });

  test('names bootstrap.sql where there is no role owner that the user may act as', async () => {
    const args = [
      '--host',
      cluster.socketDirectory,
      '--database',
      database,
      '--user',
      'app',
      '--through',
      '0001-tea.sql',
    ];

    expect((await command(args)).stderr).toMatch(
      /^The user app cannot act as owner: permission denied to set role "owner"\. Run packages\/lambda\/src\/database\/bootstrap\.sql there first/,
    );
  });

  test('explains itself', async () => {
    expect(await command(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Usage: vpc-postgres migrate baseline [options]'),
    });
  });
});
