/** `vpc-postgres shell` with a real psql, through a forwarded port, at the emulator of RDS Proxy: TLS and IAM token are checked. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const CLI = join(import.meta.dirname, '../run-cli.ts');
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const PLUGIN = join(import.meta.dirname, 'session-manager-plugin.mjs');
const psql = spawnSync('sh', ['-c', 'command -v psql'], { encoding: 'utf8' }).stdout.trim();
const SESSION_TOKEN = 'session-token-of-the-session-9x2';
const INSTANCE = 'i-0123456789abcdef0';

let stack: TestStack;
let aws: Server;
let folder: string;
let instances: object[];
let online: object[];
const asked: string[] = [];

beforeAll(async () => {
  stack = await startTestStack();
  aws = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target'] ?? 'EC2.DescribeInstances').split('.')[1] ?? '';
    asked.push(operation);
    const answers: Readonly<Record<string, string>> = {
      DescribeInstances: describeInstances(),
      DescribeInstanceInformation: JSON.stringify({ InstanceInformationList: online }),
      StartSession: JSON.stringify({ SessionId: 'alice-1', TokenValue: SESSION_TOKEN, StreamUrl: 'wss://example' }),
      TerminateSession: '{}',
    };
    response.end(answers[operation] ?? '{}');
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  aws?.close();
  await stack?.stop();
});
beforeEach(() => {
  asked.length = 0;
  instances = [{ id: INSTANCE, state: 'running' }];
  online = [{ InstanceId: INSTANCE, PingStatus: 'Online' }];
  folder = mkdtempSync(join(tmpdir(), 'shell-'));
  mkdirSync(join(folder, 'amplify'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'tmp'));
  symlinkSync(PLUGIN, join(folder, 'bin/session-manager-plugin'));
  symlinkSync(process.execPath, join(folder, 'bin/node'));
  writeFileSync(
    join(folder, 'amplify/environments.ts'),
    `export const environments = { main: {
      account: '111122223333', region: '${stack.access.region}',
      network: { kind: 'existing', vpc: { id: 'vpc-0a1b2c3d4e5f60718' }, subnets: { type: 'isolated' } },
      database: { name: 'app', user: 'app', proxy: { kind: 'existing', proxyArn: 'arn', endpoint: 'localhost', securityGroup: { id: 'sg-1' } } },
    } };`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function describeInstances(): string {
  const items = (instances as { id: string; state: string; tagged?: boolean }[]).map(
    ({ id, state, tagged }) =>
      `<item><instancesSet><item><instanceId>${id}</instanceId><instanceState><name>${state}</name></instanceState>` +
      `${tagged ? '<tagSet><item><key>vpc-postgres</key><value>bastion</value></item></tagSet>' : ''}</item></instancesSet></item>`,
  );
  return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet>${items.join('')}</reservationSet></DescribeInstancesResponse>`;
}

function environment(changes: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { accessKeyId, secretAccessKey, sessionToken } = stack.access.credentials;
  return {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    HOME: folder,
    TMPDIR: join(folder, 'tmp'),
    LOG: join(folder, 'plugin.log'),
    FORWARD_TO: String(stack.proxyPort),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...changes,
  };
}

function start(args: readonly string[], changes: NodeJS.ProcessEnv = {}) {
  const all = ['shell', '--environment', 'main', '--port', String(stack.proxyPort), '--ca-file', stack.access.caPath];
  const child = spawn(process.execPath, ['--import', TSX, CLI, ...all, ...args], {
    cwd: folder,
    env: environment(changes),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { child, ended, stdout: () => stdout };
}
const run = (...call: Parameters<typeof start>) => start(...call).ended;

describe.skipIf(psql === '')('psql through a forwarded port', () => {
  test('signs in with an IAM token, over TLS that is verified, and ends the session', async () => {
    const sql = "select current_user || ' ' || current_setting('application_name')";

    const { status, stdout, stderr } = await run(['--', '-Atc', sql]);

    expect({ status, stdout, stderr }).toMatchObject({ status: 0, stdout: 'app vpc-postgres shell\n' });
    expect(asked).toEqual(['DescribeInstances', 'DescribeInstanceInformation', 'StartSession', 'TerminateSession']);
  });

  test('leaves no password and no token on a command line, and no file behind', async () => {
    const { stdout } = await run(['--', '-At', '-c', '\\! tr "\\0" " " < /proc/$PPID/cmdline']);

    expect(stdout).toContain('psql');
    expect(readdirSync(join(folder, 'tmp')).filter((name) => name.startsWith('vpc-postgres'))).toEqual([]);
    const lines = `${stdout}\n${readFileSync(join(folder, 'plugin.log'), 'utf8')}`;
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
    const own = join(folder, 'own.pem');
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
  expect(asked.at(-1)).toBe('TerminateSession');
});

describe('says what is missing, and starts no session', () => {
  afterEach(() => expect(asked).not.toContain('StartSession'));

  test('AWS’s plugin, before AWS is asked anything', async () => {
    rmSync(join(folder, 'bin/session-manager-plugin'));

    expect(await run([])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^session-manager-plugin is not installed.*Install it: https/),
    });
    expect(asked).toEqual([]);
  });

  test('a plugin that would take the session’s token on its command line', async () => {
    expect(await run([], { PLUGIN_VERSION: '1.2.497.0' })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('session-manager-plugin is 1.2.497.0. Expected'),
    });
  });

  test('an instance: there is none', async () => {
    instances = [];

    const { stderr } = await run([]);

    expect(stderr).toContain('There is no instance in vpc-0a1b2c3d4e5f60718');
    expect(stderr).toContain('0.80 USD a month');
    expect(stderr).toContain('--print-bastion');
  });

  test('an instance that runs: one is stopped', async () => {
    instances = [{ id: INSTANCE, state: 'stopped' }];
    online = [];

    const { stderr } = await run([]);

    expect(stderr).toContain(`aws ec2 start-instances --instance-ids ${INSTANCE}`);
  });

  test('an instance that Session Manager reaches', async () => {
    online = [];

    expect((await run([])).stderr).toContain('Session Manager reaches no instance');
  });

  test('which of two instances', async () => {
    instances = [
      { id: INSTANCE, state: 'running' },
      { id: 'i-2', state: 'running' },
    ];
    online = [{ InstanceId: INSTANCE }, { InstanceId: 'i-2' }];

    expect((await run([])).stderr).toContain('2 instances can be gone through. Choose one with --instance');
  });
});

test('of several instances the tagged one is taken', async () => {
  instances = [
    { id: 'i-2', state: 'running' },
    { id: INSTANCE, state: 'running', tagged: true },
  ];
  online = [{ InstanceId: INSTANCE }, { InstanceId: 'i-2' }];

  const { status } = await run(['--', '-c', 'select 1']);

  expect(status).toBe(psql === '' ? 2 : 0);
  expect(readFileSync(join(folder, 'plugin.log'), 'utf8')).toContain(INSTANCE);
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
  const file = join(folder, 'bastion.yaml');
  writeFileSync(file, stdout);

  expect(status).toBe(0);
  expect(stdout).not.toMatch(/KeyName|SecurityGroupIngress:\s*$/m);
  expect(asked).toEqual([]);
  const lint = spawnSync('cfn-lint', ['--', file], { encoding: 'utf8' });
  if (lint.error === undefined) expect({ status: lint.status, stdout: lint.stdout }).toEqual({ status: 0, stdout: '' });
});
