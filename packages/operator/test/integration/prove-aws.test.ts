/** The way of `vpc-postgres prove` through AWS: a stub answers for AWS, and the tunnel ends at the real emulator of RDS Proxy. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openStubAccount, type StubAccount } from './stub-account.js';

const ROOT = 'amplify-d1example-main-branch-0123456789';

let stack: TestStack;
let account: StubAccount;

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

function answer(operation: string, parameters: URLSearchParams): string | undefined {
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
  return result && `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`;
}

beforeAll(async () => {
  stack = await startTestStack();
  account = await openStubAccount(stack, answer);
});
afterAll(async () => {
  account?.close();
  await stack?.stop();
});
beforeEach(() => account.reset());

const run = (args: readonly string[], variables?: NodeJS.ProcessEnv) =>
  account.run(['prove', '--environment', 'main', '--ca-file', stack.access.caPath, ...args], variables);

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
  expect(stdout).toMatch(/one-sync: as the local stack\n\s+takes it/);
  expect(stdout).toMatch(/two-users: not run\n\s+The environment has no migrator\./);
  expect(stdout).toMatch(/migration-rollback: observed\n\s+shown, and rolled back/);
  expect(stdout).toMatch(/tear-down: observed\n\s+4 min at most, for AWS::RDS::DBProxy/);
  expect(readFileSync(join(account.folder, 'proof.md'), 'utf8')).toMatch(/^# What main proved\n/);
  expect(account.asked).toContain('TerminateSession');
});

test('without a way in, what needs one is named, and the rest runs', async () => {
  const { stdout } = await run([...ONLY, '--yes', '--out', 'other.md'], { PATH: process.env.PATH });

  expect(stdout).toMatch(/one-sync: not run\n\s+There is no way in\. session-manager-plugin is not installed/);
  expect(stdout).toContain('tear-down: observed');
});

test('where nobody can be asked, nothing runs without --yes', async () => {
  const { status, stderr } = await run(['--only', 'tear-down', '--out', 'unasked.md']);

  expect(status).toBe(2);
  expect(stderr).toContain('Add --yes');
  expect(readdirSync(account.folder)).not.toContain('unasked.md');
});

test('an unknown experiment is rejected with those that there are', async () => {
  const { status, stderr } = await run(['--only', 'two-user', '--yes']);

  expect(status).toBe(2);
  expect(stderr).toContain('--only has two-user. Expected some of: functions-reach, one-sync, two-users');
});
