/**
 * A project whose AWS account is a stub, with the one environment `main`: sessions of Session Manager end at the emulator of RDS
 * Proxy, and the command line runs in the project's folder, in this process or as one of its own.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type CommandResult, runHere } from '@vpc-postgres/testing/support/command-line.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import type { TestStack } from '@vpc-postgres/testing/support/local-stack.js';

const CLI = join(import.meta.dirname, '../run-cli.ts');
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const PLUGIN = join(import.meta.dirname, 'session-manager-plugin.mjs');

/** Path of psql; empty where it is not installed. */
export const PSQL = spawnSync('sh', ['-c', 'command -v psql'], { encoding: 'utf8' }).stdout.trim();
export const SESSION_TOKEN = 'session-token-of-the-session-9x2';
export const INSTANCE = 'i-0123456789abcdef0';

/** What psql writes to the terminal of a command that runs in this process goes to files in its place. */
const TO_FILES = `#!/bin/sh\nexec '${PSQL}' "$@" >>"$PSQL_STDOUT" 2>>"$PSQL_STDERR"\n`;

export interface StubInstance {
  readonly id: string;
  readonly state: string;
  /** As the one to go through. @default false */
  readonly tagged?: boolean;
}

export interface StubAccount {
  /** Of the project. */
  readonly folder: string;
  /** The operations that AWS was asked for since reset(), in their order. */
  readonly asked: string[];
  /** That DescribeInstances lists. */
  instances: readonly StubInstance[];
  /** The ids that Session Manager reaches. */
  online: readonly string[];
  /** One instance, which is online, and nothing asked yet; the plugin is installed. */
  reset(): void;
  /** `vpc-postgres ARGS` in this process, where what psql writes comes behind what the command writes; in the exhaustive run as start(). */
  run(args: readonly string[], variables?: NodeJS.ProcessEnv): Promise<CommandResult>;
  /** `vpc-postgres ARGS` as a process, as a person starts it. */
  start(args: readonly string[], variables?: NodeJS.ProcessEnv): StartedCommand;
  close(): void;
}

export interface StartedCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  /** What it has written so far. */
  stdout(): string;
}

/** @param answer what AWS answers where it is not about instances and sessions; undefined: an empty object */
export async function openStubAccount(
  stack: TestStack,
  answer: (operation: string, parameters: URLSearchParams) => string | undefined = () => undefined,
): Promise<StubAccount> {
  const folder = mkdtempSync(join(tmpdir(), 'stub-account-'));
  const at = (...path: string[]) => join(folder, ...path);
  const server = createServer(async (request, response) => {
    const parameters = new URLSearchParams(await text(request));
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? parameters.get('Action') ?? '';
    account.asked.push(operation);
    response.end(answer(operation, parameters) ?? answerAboutSessions(operation, account));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const environment = (): NodeJS.ProcessEnv => {
    const { accessKeyId, secretAccessKey, sessionToken } = stack.access.credentials;
    return {
      PATH: `${at('bin')}:${process.env.PATH}`,
      HOME: folder,
      TMPDIR: at('tmp'),
      LOG: at('plugin.log'),
      FORWARD_TO: String(stack.proxyPort),
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  };
  const account: StubAccount = {
    folder,
    asked: [],
    instances: [],
    online: [],
    reset() {
      account.asked.length = 0;
      account.instances = [{ id: INSTANCE, state: 'running' }];
      account.online = [INSTANCE];
      rmSync(folder, { recursive: true, force: true });
      writeProject(folder, stack.access.region);
    },
    async run(args, variables = {}) {
      if (exhaustive) return account.start(args, variables).ended;
      const [stdout, stderr] = [at('psql.stdout'), at('psql.stderr')];
      for (const file of [stdout, stderr]) writeFileSync(file, '');
      // Node.js asks the system for the home of this process, not these variables.
      const ofPsql = { PSQL_STDOUT: stdout, PSQL_STDERR: stderr, PSQLRC: at('.psqlrc') };
      const env: NodeJS.ProcessEnv = { ...environment(), ...ofPsql, ...variables };
      env.PATH = `${at('to-files')}:${env.PATH}`;
      const result = await runHere({ file: CLI, args, cwd: folder, env });
      return {
        status: result.status,
        stdout: result.stdout + readFileSync(stdout, 'utf8'),
        stderr: result.stderr + readFileSync(stderr, 'utf8'),
      };
    },
    start: (args, variables = {}) => startCommand(args, folder, { ...environment(), ...variables }),
    close() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  account.reset();
  return account;
}

function writeProject(folder: string, region: string): void {
  for (const name of ['amplify', 'tmp', 'bin', 'to-files']) mkdirSync(join(folder, name), { recursive: true });
  symlinkSync(PLUGIN, join(folder, 'bin/session-manager-plugin'));
  symlinkSync(process.execPath, join(folder, 'bin/node'));
  if (PSQL !== '') writeFileSync(join(folder, 'to-files/psql'), TO_FILES, { mode: 0o755 });
  writeFileSync(
    join(folder, 'amplify/environments.ts'),
    `export const environments = { main: {
      account: '111122223333', region: '${region}',
      network: { kind: 'existing', vpc: { id: 'vpc-0a1b2c3d4e5f60718' }, subnets: { type: 'isolated' } },
      database: { name: 'app', user: 'app', proxy: { kind: 'existing', proxyArn: 'arn', endpoint: 'localhost', securityGroup: { id: 'sg-1' } } },
    } };`,
  );
}

function startCommand(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): StartedCommand {
  const child = spawn(process.execPath, ['--import', TSX, CLI, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<CommandResult>((resolve) => {
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { child, ended, stdout: () => stdout };
}

function answerAboutSessions(operation: string, { instances, online }: StubAccount): string {
  switch (operation) {
    case 'DescribeInstances':
      return describeInstances(instances);
    case 'DescribeInstanceInformation':
      return JSON.stringify({ InstanceInformationList: online.map((InstanceId) => ({ InstanceId })) });
    case 'StartSession':
      return JSON.stringify({ SessionId: 'alice-1', TokenValue: SESSION_TOKEN, StreamUrl: 'wss://example' });
    default:
      return '{}';
  }
}

function describeInstances(instances: readonly StubInstance[]): string {
  const items = instances.map(
    ({ id, state, tagged }) =>
      `<item><instancesSet><item><instanceId>${id}</instanceId><instanceState><name>${state}</name></instanceState>` +
      `${tagged ? '<tagSet><item><key>vpc-postgres</key><value>bastion</value></item></tagSet>' : ''}</item></instancesSet></item>`,
  );
  return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet>${items.join('')}</reservationSet></DescribeInstancesResponse>`;
}
