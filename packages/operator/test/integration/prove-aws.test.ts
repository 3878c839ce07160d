/** The way of `vpc-postgres prove` through AWS: a stub answers for AWS, and the tunnel ends at the real emulator of RDS Proxy. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { afterAll, beforeAll, expect, test } from 'vitest';

const CLI = join(import.meta.dirname, '../run-cli.ts');
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const INSTANCE = 'i-0123456789abcdef0';
const ROOT = 'amplify-d1example-main-branch-0123456789';

let stack: TestStack;
let aws: Server;
let folder: string;
const asked = new Set<string>();

const list = (items: readonly string[]) => items.map((item) => `<member>${item}</member>`).join('');
const event = (resource: string, type: string, status: string, at: string, reason = '') =>
  `<LogicalResourceId>${resource}</LogicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus>` +
  `<ResourceStatusReason>${reason}</ResourceStatusReason><Timestamp>2026-11-27T${at}Z</Timestamp>`;

/** Two pages, the newest first, as CloudFormation has them. */
const EVENTS: Readonly<Record<string, string>> = {
  '': `<StackEvents>${list([
    event('Proxy', 'AWS::RDS::DBProxy', 'DELETE_COMPLETE', '10:05:00'),
    event(ROOT, 'AWS::CloudFormation::Stack', 'UPDATE_ROLLBACK_COMPLETE', '09:10:00'),
  ])}</StackEvents><NextToken>2</NextToken>`,
  2: `<StackEvents>${list([
    event('Proxy', 'AWS::RDS::DBProxy', 'DELETE_IN_PROGRESS', '10:01:00'),
    event('MigratedDatabase', 'Custom::MigratedDatabase', 'UPDATE_FAILED', '09:01:00', 'The migrations failed.'),
  ])}</StackEvents>`,
};

function answer(operation: string, parameters: URLSearchParams): string {
  const answers: Readonly<Record<string, () => string>> = {
    DescribeDBProxies: () =>
      `<DBProxies>${list(['<DBProxyName>orders</DBProxyName><Endpoint>localhost</Endpoint><IdleClientTimeout>300</IdleClientTimeout>'])}</DBProxies>`,
    ListStacks: () =>
      `<StackSummaries>${list([
        `<StackName>${ROOT}</StackName><StackId>arn:main</StackId>`,
        '<StackName>amplify-d1example-other-branch-0123456789</StackName><StackId>arn:other</StackId>',
      ])}</StackSummaries>`,
    DescribeStackEvents: () =>
      parameters.get('StackName') === 'arn:main' ? (EVENTS[parameters.get('NextToken') ?? ''] ?? '') : '',
  };
  const result = answers[operation]?.();
  if (result !== undefined)
    return `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`;
  if (operation === 'DescribeInstanceInformation')
    return JSON.stringify({ InstanceInformationList: [{ InstanceId: INSTANCE }] });
  if (operation === 'StartSession')
    return JSON.stringify({ SessionId: 'a-1', TokenValue: 'token', StreamUrl: 'wss://example' });
  if (operation === 'DescribeInstances') {
    return `<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>${INSTANCE}</instanceId></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`;
  }
  return '{}';
}

beforeAll(async () => {
  stack = await startTestStack();
  aws = createServer(async (request, response) => {
    const parameters = new URLSearchParams(await text(request));
    const operation = parameters.get('Action') ?? String(request.headers['x-amz-target']).split('.')[1] ?? '';
    asked.add(operation);
    response.end(answer(operation, parameters));
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'prove-aws-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'amplify'));
  symlinkSync(join(import.meta.dirname, 'session-manager-plugin.mjs'), join(folder, 'bin/session-manager-plugin'));
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
afterAll(async () => {
  aws?.close();
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

function run(args: readonly string[], changes: NodeJS.ProcessEnv = {}) {
  const { accessKeyId, secretAccessKey, sessionToken } = stack.access.credentials;
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    HOME: folder,
    LOG: join(folder, 'plugin.log'),
    FORWARD_TO: String(stack.proxyPort),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...changes,
  };
  const all = ['--import', TSX, CLI, 'prove', '--environment', 'main', '--ca-file', stack.access.caPath, ...args];
  const child = spawn(process.execPath, all, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

const ONLY = ['--only', 'one-sync', 'two-users', 'migration-rollback', 'tear-down'];

test('experiments go through the tunnel and the events of the stacks, and a report is written', async () => {
  const { stdout, stderr, status } = await run([
    ...ONLY,
    '--port',
    String(stack.proxyPort),
    '--yes',
    '--out',
    'proof.md',
  ]);

  expect({ status, stderr: stderr.includes('rror') ? stderr : '' }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('one-sync: as the local stack: takes it');
  expect(stdout).toContain('two-users: not run: The environment has no migrator.');
  expect(stdout).toContain('migration-rollback: observed: shown, and rolled back');
  expect(stdout).toContain('tear-down: observed: 4 min at most, for AWS::RDS::DBProxy');
  expect(readFileSync(join(folder, 'proof.md'), 'utf8')).toMatch(/^# What main proved\n/);
  expect(asked).toContain('TerminateSession');
});

test('without a way in, what needs one is named, and the rest runs', async () => {
  const { stdout } = await run([...ONLY, '--yes', '--out', 'other.md'], { PATH: process.env.PATH });

  expect(stdout).toContain('one-sync: not run: There is no way in. session-manager-plugin is not installed');
  expect(stdout).toContain('tear-down: observed');
});

test('where nobody can be asked, nothing runs without --yes', async () => {
  const { status, stderr } = await run(['--only', 'tear-down', '--out', 'unasked.md']);

  expect(status).toBe(2);
  expect(stderr).toContain('Add --yes');
  expect(readdirSync(folder)).not.toContain('unasked.md');
});

test('an unknown experiment is rejected with those that there are', async () => {
  const { status, stderr } = await run(['--only', 'two-user', '--yes']);

  expect(status).toBe(2);
  expect(stderr).toContain('--only has two-user. Expected some of: functions-reach, one-sync, two-users');
});
