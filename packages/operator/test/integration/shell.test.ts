/** `vpc-postgres shell` with a real psql, through a forwarded port, at the emulator of RDS Proxy: TLS and IAM token are checked. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { INSTANCE, openStubAccount, PSQL, SESSION_TOKEN, type StubAccount } from './stub-account.js';

let stack: TestStack;
let account: StubAccount;

beforeAll(async () => {
  stack = await startTestStack();
  account = await openStubAccount(stack);
});
afterAll(async () => {
  account?.close();
  await stack?.stop();
});
beforeEach(() => account.reset());

const shell = (args: readonly string[]) => [
  ...['shell', '--environment', 'main', '--port', String(stack.proxyPort), '--ca-file', stack.access.caPath],
  ...args,
];
const run = (args: readonly string[], variables?: NodeJS.ProcessEnv) => account.run(shell(args), variables);
const start = (args: readonly string[]) => account.start(shell(args));

describe.skipIf(PSQL === '')('psql through a forwarded port', () => {
  test('signs in with an IAM token, over TLS that is verified, and ends the session', async () => {
    const sql = "select current_user || ' ' || current_setting('application_name')";

    const { status, stdout, stderr } = await start(['--', '-Atc', sql]).ended;

    expect({ status, stdout, stderr }).toMatchObject({ status: 0, stdout: 'app vpc-postgres shell\n' });
    expect(account.asked).toEqual([
      'DescribeInstances',
      'DescribeInstanceInformation',
      'StartSession',
      'TerminateSession',
    ]);
  });

  test('leaves no password and no token on a command line, and no file behind', async () => {
    const { stdout } = await start(['--read-only', '--', '-At', '-c', '\\! tr "\\0" " " < /proc/$PPID/cmdline']).ended;

    expect(stdout).toContain('psql');
    expect(readdirSync(join(account.folder, 'tmp')).filter((name) => name.startsWith('vpc-postgres'))).toEqual([]);
    const lines = `${stdout}\n${readFileSync(join(account.folder, 'plugin.log'), 'utf8')}`;
    expect(lines).toContain('AWS-StartPortForwardingSessionToRemoteHost');
    for (const secret of [SESSION_TOKEN, 'X-Amz', stack.access.credentials.secretAccessKey]) {
      expect(lines).not.toContain(secret);
    }
  });

  test('--read-only rejects a write, and reads', async () => {
    const write = await run(['--read-only', '--', '-Atc', 'create table t (id int)']);
    const read = await run(['--read-only', '--', '-Atc', 'show transaction_read_only']);

    expect(write.stderr).toContain('cannot execute CREATE TABLE in a read-only transaction');
    expect(read.stdout).toBe('on\n');
    expect((await run(['--', '-Atc', 'show transaction_read_only'])).stdout).toBe('off\n');
  });

  test('--read-only is rejected with what would skip it', async () => {
    expect(await run(['--read-only', '--', '-AXtc', 'select 1'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('which -X skips'),
    });
  });

  test('a certificate of another CA ends it before a token is sent', async () => {
    const own = join(account.folder, 'own.pem');
    spawnSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      '/dev/null',
      '-subj',
      '/CN=x',
      '-out',
      own,
    ]);
    expect(existsSync(own)).toBe(true);

    const { status, stderr } = await run(['--ca-file', own, '--', '-c', 'select 1']);

    expect(status).toBe(2);
    expect(stderr).toContain('certificate verify failed');
  });

  test('a login that is rejected says which permission your own role needs', async () => {
    const { status, stderr } = await run(['--user', 'nobody', '--', '-c', 'select 1']);

    expect(status).toBe(2);
    expect(stderr).toContain('your own role needs rds-db:connect as nobody on the proxy of main');
  });
});

test('--print opens the tunnel, says how to connect, and ends on Ctrl-C', async () => {
  const { child, ended, stdout } = start(['--print', '--read-only']);
  await expect.poll(stdout, { timeout: 20_000 }).toContain('READ ONLY'.toLowerCase().replace(' ', '_'));

  const [, port] = /hostaddr=127\.0\.0\.1 port=(\d+)/.exec(stdout()) ?? [];
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'app',
    database: 'app',
    password: 'wrong',
    ssl: { rejectUnauthorized: false },
  });
  await expect(client.connect()).rejects.toThrow(/password|IAM/i);
  child.kill('SIGINT');
  const { status } = await ended;

  expect(status).toBe(0);
  expect(stdout()).not.toMatch(/X-Amz/);
  expect(stdout()).toContain('PGPASSWORD="$(npm run -s db:token -- --environment main)"');
  expect(stdout()).toContain(`host=localhost hostaddr=127.0.0.1 port=${port} dbname=app user=app sslmode=verify-full`);
  expect(account.asked.at(-1)).toBe('TerminateSession');
});

describe('says what is missing, and starts no session', () => {
  afterEach(() => expect(account.asked).not.toContain('StartSession'));

  test('AWS’s plugin, before AWS is asked anything', async () => {
    rmSync(join(account.folder, 'bin/session-manager-plugin'));

    expect(await run([])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^session-manager-plugin is not installed.*Install it: https/),
    });
    expect(account.asked).toEqual([]);
  });

  test('a plugin that would take the session’s token on its command line', async () => {
    expect(await run([], { PLUGIN_VERSION: '1.2.497.0' })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('session-manager-plugin is 1.2.497.0. Expected'),
    });
  });

  test('an instance: there is none', async () => {
    account.instances = [];

    const { stderr } = await run([]);

    expect(stderr).toContain('There is no instance in vpc-0a1b2c3d4e5f60718');
    expect(stderr).toContain('0.80 USD a month');
    expect(stderr).toContain('--print-bastion');
  });

  test('an instance that runs: one is stopped', async () => {
    account.instances = [{ id: INSTANCE, state: 'stopped' }];
    account.online = [];

    const { stderr } = await run([]);

    expect(stderr).toContain(`aws ec2 start-instances --instance-ids ${INSTANCE}`);
  });

  test('an instance that Session Manager reaches', async () => {
    account.online = [];

    expect((await run([])).stderr).toContain('Session Manager reaches no instance');
  });

  test('which of two instances', async () => {
    account.instances = [
      { id: INSTANCE, state: 'running' },
      { id: 'i-2', state: 'running' },
    ];
    account.online = [INSTANCE, 'i-2'];

    expect((await run([])).stderr).toContain('2 instances can be gone through. Choose one with --instance');
  });
});

test('of several instances the tagged one is taken', async () => {
  account.instances = [
    { id: 'i-2', state: 'running' },
    { id: INSTANCE, state: 'running', tagged: true },
  ];
  account.online = [INSTANCE, 'i-2'];

  const { status } = await run(['--', '-c', 'select 1']);

  expect(status).toBe(PSQL === '' ? 2 : 0);
  expect(readFileSync(join(account.folder, 'plugin.log'), 'utf8')).toContain(INSTANCE);
});

test('a session that ends before its port is open is reported with what the plugin said', async () => {
  expect(await run([], { FORWARD_TO: undefined })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(
      'The session ended before its port was open: Connection to destination port failed',
    ),
  });
});

test('the template of an instance is accepted by cfn-lint, and opens no port', async () => {
  const { status, stdout } = await run(['--print-bastion']);
  const file = join(account.folder, 'bastion.yaml');
  writeFileSync(file, stdout);

  expect(status).toBe(0);
  expect(stdout).not.toMatch(/KeyName|SecurityGroupIngress:\s*$/m);
  expect(account.asked).toEqual([]);
  // A second of Python, where it is installed.
  const lint = exhaustive ? spawnSync('cfn-lint', ['--', file], { encoding: 'utf8' }) : undefined;
  if (lint !== undefined && lint.error === undefined)
    expect({ status: lint.status, stdout: lint.stdout }).toEqual({ status: 0, stdout: '' });
});
