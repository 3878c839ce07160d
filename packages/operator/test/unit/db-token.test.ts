import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';
import { verifyToken } from '@vpc-postgres/local-stack/rds-proxy/token.js';
import { BOTH_WAYS, runHere } from '@vpc-postgres/testing/support/command-line.js';
import { sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ENVIRONMENTS = join(import.meta.dirname, '../../../testing/app/amplify/environments.ts');
const COMMAND = join(import.meta.dirname, '../../src/db-token.ts');
const credentials = createCredentials();
const migratorCredentials = createCredentials();

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'db-token-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function writeConnection(): void {
  mkdirSync(join(directory, '.local'));
  const connection = {
    host: 'localhost',
    port: 6432,
    region: 'eu-west-1',
    database: 'app',
    user: 'app',
    credentials,
    migrator: { user: 'migrator', credentials: migratorCredentials },
  };
  writeFileSync(join(directory, '.local/connection.json'), JSON.stringify(connection));
}

const commandLine = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) => ({
  file: COMMAND,
  args,
  cwd: directory,
  // No credentials but the test's own, and no network to look for any.
  env: { PATH: process.env.PATH, HOME: directory, AWS_EC2_METADATA_DISABLED: 'true', ...environment },
});
const run = (...line: Parameters<typeof commandLine>) => runHere(commandLine(...line));

describe('for the local stack', () => {
  test.each(BOTH_WAYS)('prints a token that the emulator accepts, and nothing else, %s', async (_, runIt) => {
    writeConnection();

    const { status, stdout, stderr } = await runIt(commandLine([]));

    const verdict = verifyToken(stdout.trimEnd(), {
      hostname: 'localhost',
      port: 6432,
      region: 'eu-west-1',
      user: 'app',
      principals: [{ credentials, databaseUsers: ['app'] }],
      now: Date.now(),
    });
    expect({ status, stderr, verdict }).toMatchObject({ status: 0, stderr: '', verdict: { accepted: true } });
    expect(stdout.split('\n')).toHaveLength(2);
  });

  test('signs for the user migrator with the credentials of its own role', async () => {
    writeConnection();

    const { stdout } = await run(['--user', 'migrator']);

    const verdict = verifyToken(stdout.trimEnd(), {
      hostname: 'localhost',
      port: 6432,
      region: 'eu-west-1',
      user: 'migrator',
      principals: [
        { credentials, databaseUsers: ['app'] },
        { credentials: migratorCredentials, databaseUsers: ['migrator'] },
      ],
      now: Date.now(),
    });
    expect(verdict).toMatchObject({ accepted: true, accessKeyId: migratorCredentials.accessKeyId });
  });

  test('takes another host, port and user', async () => {
    writeConnection();

    const { stdout } = await run(['--host', '127.0.0.1', '--port', '7000', '--user', 'reporter']);

    expect(stdout).toMatch(/^127\.0\.0\.1:7000\/\?Action=connect&DBUser=reporter&/);
  });

  test.each(sample(BOTH_WAYS, 2))('says in one line to start it first, %s', async (_, runIt) => {
    expect(await runIt(commandLine([]))).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^There is no readable \.local\/connection\.json.* Run npm start first\.\n$/),
    });
  });
});

describe('for a deployed environment', () => {
  beforeEach(() => {
    mkdirSync(join(directory, 'amplify'));
    writeFileSync(join(directory, 'amplify/environments.ts'), `export { environments } from '${ENVIRONMENTS}';`);
  });

  const aws = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'do-not-print' };

  test('signs with the AWS credentials at hand for its proxy, region and user', async () => {
    const { status, stdout } = await run(['--environment', 'example'], aws);

    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^orders\.proxy-[a-z0-9]+\.eu-west-1\.rds\.amazonaws\.com:5432\/\?Action=connect&DBUser=app&/,
    );
    expect(stdout).toContain('AKIAEXAMPLE%2F');
    expect(stdout).toContain('%2Feu-west-1%2Frds-db%2F');
  });

  test.each<[string, string[], RegExp]>([
    ['does not exist', ['--environment', 'nowhere'], /^There is no environment "nowhere" .* only: .*example/],
    ['holds placeholders', ['--environment', 'sandbox'], /^The environment sandbox still holds placeholders/],
  ])('that %s is refused in one line', async (_, args, message) => {
    const { status, stdout, stderr } = await run(args, aws);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test('without AWS credentials says in one line to sign in', async () => {
    const { status, stdout, stderr } = await run(['--environment', 'example']);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^No token could be signed, for want of AWS credentials .* aws sso login\n$/);
  });
});

test('outside of a project, a deployed environment is refused in one line', async () => {
  const { status, stdout, stderr } = await run(['--environment', 'example']);

  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(
    /^There is no .*amplify\/environments\.ts\. Run this command in the folder that holds amplify\/\.\n$/,
  );
});

test('--help shows how to use it', async () => {
  expect(await run(['--help'])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Usage: npm run -s db:token'),
  });
});

test.each([
  [['--pasword', 'x'], "Unknown option '--pasword'"],
  [['--port', '0'], '--port is "0", and must be 1 to 65535.'],
  [['--port', 'http'], '--port is "http", and must be 1 to 65535.'],
])('%j is refused', async (args, message) => {
  const { status, stdout, stderr } = await run(args);

  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(message);
});
