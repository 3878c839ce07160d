import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { createCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { type RdsProxy, startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import { BOTH_WAYS, runHere } from '@vpc-postgres/testing/support/command-line.js';
import { describeDatabase } from '@vpc-postgres/testing/support/migrations-database.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FILES, useBaselineDatabase } from './baseline-database.js';

const PROJECT = join(import.meta.dirname, '../../../testing/app');

const baselined = useBaselineDatabase();
const { createTables, recorded, run } = baselined;

describe('vpc-postgres migrate baseline', () => {
  const migratorRole = createCredentials();
  const appRole = createCredentials();
  let proxy: RdsProxy;
  let caPath: string;
  let directory: string;
  let folder: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baseline-'));
    const certificate = await loadOrCreateCertificate(directory);
    caPath = certificate.caPath;
    proxy = await startRdsProxy({
      hostname: 'localhost',
      port: 0,
      region: 'eu-west-1',
      certificate,
      upstreamSocketPath: join(baselined.cluster.socketDirectory, '.s.PGSQL.5432'),
      principals: [{ credentials: migratorRole, databaseUsers: ['migrator'] }],
      admission: { databaseUsers: ['migrator'] },
    });
    folder = join(directory, 'migrations');
    await mkdir(folder);
    for (const [name, sql] of Object.entries(FILES)) await writeFile(join(folder, name), sql);
  });
  afterAll(async () => {
    await proxy.stop();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    await createTables();
    await mkdir(join(directory, '.local'), { recursive: true });
    const connection = {
      host: 'localhost',
      port: proxy.port,
      region: 'eu-west-1',
      database: baselined.database,
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
    const before = await describeDatabase(baselined.superuser);

    const dryRun = await command(['--through', '0002-pot.sql']);
    expect({ ...dryRun, database: await describeDatabase(baselined.superuser) }).toEqual({
      status: 0,
      stderr: '',
      stdout: `Would be recorded as applied in the database ${baselined.database} at localhost:${proxy.port}, without being run:
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

  test.each(BOTH_WAYS)('records as owner, for every login, %s', async (_, runIt) => {
    const args = [
      '--host',
      baselined.cluster.socketDirectory,
      '--database',
      baselined.database,
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
    const before = await describeDatabase(baselined.superuser);

    const { status, stdout, stderr } = await command(args, environment);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(problem);
    expect(stderr).not.toContain('secret-word');
    expect(await describeDatabase(baselined.superuser)).toEqual(before);
  });

  test('names bootstrap.sql where there is no role owner that the user may act as', async () => {
    const args = [
      '--host',
      baselined.cluster.socketDirectory,
      '--database',
      baselined.database,
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
