import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTestFunction } from '@vpc-postgres/testing/support/function-definition.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FunctionDefinition } from '../../src/amplify/function-definition.js';
import { type BuildEvent, buildFunctions, type LocalFunctions } from '../../src/functions.js';

const ACCESS = {
  host: 'localhost',
  port: 1,
  database: 'app',
  user: 'app',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
  caPath: '/dev/null',
};

let project: string;
let functions: LocalFunctions | undefined;
let builds: BuildEvent[];
let logs: string[];
let logStream: string[];

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'functions-'));
  await mkdir(join(project, 'amplify/functions/greeter'), { recursive: true });
  builds = [];
  logs = [];
  logStream = [];
});
afterEach(async () => {
  await functions?.stop();
  await functions?.dispose();
  functions = undefined;
  await rm(project, { recursive: true });
});

async function writeHandler(code: string): Promise<void> {
  await writeFile(join(project, 'amplify/functions/greeter/handler.ts'), code);
}

async function buildGreeter(watch: boolean, changes: Partial<FunctionDefinition> = {}): Promise<LocalFunctions> {
  functions = await buildFunctions({
    definitions: { greeter: defineTestFunction(project, 'greeter', changes) },
    directory: join(project, 'out'),
    projectDirectory: project,
    watch,
    onBuild: (event) => builds.push(event),
    onLog: (_, line) => logs.push(line),
    onLogStream: (_, line) => logStream.push(line),
  });
  functions.start(ACCESS, { accessKeyId: 'other', secretAccessKey: 'other', sessionToken: 'other token' });
  return functions;
}

async function greet(target: LocalFunctions): Promise<unknown> {
  return (await target.invoke('greeter', {})).payload;
}

test('runs TypeScript, and what is changed while it runs', { timeout: 20_000 }, async () => {
  await writeHandler('export const handler = async (): Promise<string> => "hello";');
  const target = await buildGreeter(true);
  expect(await greet(target)).toBe('hello');
  expect(builds).toEqual([]);

  await writeHandler('export const handler = async (): Promise<string> => "good day";');

  await expect.poll(() => builds, { timeout: 10_000 }).toEqual([{ functionName: 'greeter', errors: [] }]);
  expect(await greet(target)).toBe('good day');
});

test('keeps the last good code while a change does not build, and tells file, line and column', {
  timeout: 20_000,
}, async () => {
  await writeHandler('export const handler = async () => "hello";');
  const target = await buildGreeter(true);

  await writeHandler('export const handler = async () => "hello;');

  await expect.poll(() => builds.length, { timeout: 10_000 }).toBe(1);
  // A new environment too, as one starts after a crash or for another concurrent invocation.
  await target.stop();
  target.start(ACCESS);
  expect(builds[0]?.errors[0]).toMatch(/amplify\/functions\/greeter\/handler\.ts:1:\d+: Unterminated string literal/);
  expect(await greet(target)).toBe('hello');
});

test('refuses to start with a function that does not build', async () => {
  await writeHandler('import "./missing.js";');

  await expect(buildGreeter(false)).rejects.toThrow(
    /^Does not build: greeter\.\s+amplify\/functions\/greeter\/handler\.ts:1:8: Could not resolve/,
  );
});

test('brings an invocation together with what the function logged about it', async () => {
  await writeHandler(`export const handler = async (_: unknown, { awsRequestId }: { awsRequestId: string }) => {
    console.log('a line of its own');
    console.log(JSON.stringify({ level: 'info', requestId: awsRequestId, connection: 'new', rows: 2 }));
  };`);
  const target = await buildGreeter(false);

  const { log } = await target.invoke('greeter', {});

  expect(await log).toMatchObject({ connection: 'new', rows: 2 });
  expect(logs).toEqual(['a line of its own']);
});

test('passes on a record that reports an error', async () => {
  await writeHandler(`export const handler = async (_: unknown, { awsRequestId }: { awsRequestId: string }) => {
    console.log(JSON.stringify({ level: 'error', requestId: awsRequestId, error: 'DatabaseUnavailableError' }));
  };`);
  const target = await buildGreeter(false);

  await (await target.invoke('greeter', {})).log;

  expect(logs.join()).toContain('DatabaseUnavailableError');
});

test('has the whole log as CloudWatch would have it, and figures of each function', async () => {
  await writeHandler(`export const handler = async (_: unknown, { awsRequestId }: { awsRequestId: string }) => {
    console.log(JSON.stringify({ level: 'info', requestId: awsRequestId, rows: 0 }));
  };`);
  const target = await buildGreeter(false);

  const { requestId } = await target.invoke('greeter', {});

  expect(logStream.map((line) => line.replace(/\t.*/, ''))).toEqual([
    `START RequestId: ${requestId} Version: $LATEST`,
    `{"level":"info","requestId":"${requestId}","rows":0}`,
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}`,
  ]);
  expect(target.statistics()).toMatchObject({ greeter: { invocations: 1, coldStarts: 1, environments: 1 } });
});

test('has the database’s place and the role’s credentials in the environment, and no password', async () => {
  await writeHandler('export const handler = async () => process.env;');
  const target = await buildGreeter(false);

  const env = (await greet(target)) as Record<string, string>;

  expect(env).toMatchObject({
    DATABASE_HOST: 'localhost',
    DATABASE_PORT: '1',
    DATABASE_USER: 'app',
    AWS_SESSION_TOKEN: 'token',
  });
  expect(Object.keys(env).filter((name) => /passw|PGPASS/i.test(name))).toEqual([]);
});

const RETURNS_ENVIRONMENT = 'export const handler = async () => process.env;';

test('a function without the database has its own variables and role, and nothing of the database', async () => {
  await writeHandler(RETURNS_ENVIRONMENT);
  const target = await buildGreeter(false, { database: false, environment: { LEVEL: 'info' }, memoryMB: 256 });

  const env = (await greet(target)) as Record<string, string>;

  expect(env).toMatchObject({
    LEVEL: 'info',
    AWS_SESSION_TOKEN: 'other token',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
  });
  expect(Object.keys(env).filter((name) => /^(DATABASE_|PG)|CA_CERTS/.test(name))).toEqual([]);
  expect(
    Object.values(env).filter((value) => [ACCESS.credentials.sessionToken, 'secret', 'key'].includes(value)),
  ).toEqual([]);
});

test('a changed definition is followed: variables, name, memory, timeout and the file of the code', async () => {
  await writeHandler(RETURNS_ENVIRONMENT);
  const target = await buildGreeter(true);
  const before = (await greet(target)) as Record<string, string>;
  expect(before).toMatchObject({ AWS_LAMBDA_FUNCTION_NAME: 'greeter', DATABASE_HOST: 'localhost' });

  const changes = { name: 'welcome', memoryMB: 128, environment: { LEVEL: 'debug' }, database: false };
  await target.follow({ greeter: defineTestFunction(project, 'greeter', changes) });
  const after = (await greet(target)) as Record<string, string>;
  expect(after).toMatchObject({
    AWS_LAMBDA_FUNCTION_NAME: 'welcome',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    LEVEL: 'debug',
  });
  expect(after.DATABASE_HOST).toBeUndefined();
  expect(target.statistics()).toMatchObject({ greeter: { database: false, memoryMB: 128, invocations: 2 } });

  const entry = join(project, 'amplify/functions/greeter/slow.ts');
  await writeFile(entry, 'export const handler = () => new Promise(() => setTimeout(() => {}, 60_000));');
  await target.follow({ greeter: defineTestFunction(project, 'greeter', { entry, timeoutSeconds: 1 }) });
  await expect(greet(target)).rejects.toThrow('Task timed out after 1.00 seconds');
});

test('what has not changed keeps its environments', async () => {
  await writeHandler('let count = 0; export const handler = async () => (count += 1);');
  const target = await buildGreeter(true);
  expect(await greet(target)).toBe(1);

  await target.follow({ greeter: defineTestFunction(project, 'greeter') });

  expect(await greet(target)).toBe(2);
});

test('a function is added as soon as it builds, and what runs stays until then; one that is left out ends', async () => {
  await writeHandler('export const handler = async () => "hello";');
  const target = await buildGreeter(true);
  await mkdir(join(project, 'amplify/functions/clock'), { recursive: true });
  const clock = join(project, 'amplify/functions/clock/handler.ts');
  await writeFile(clock, 'export const handler = async () => "ten;');
  const definitions = { clock: defineTestFunction(project, 'clock') };

  await expect(target.follow(definitions)).rejects.toThrow(/^Does not build: clock\.\s+amplify\/functions\/clock/);
  expect(await greet(target)).toBe('hello');

  await writeFile(clock, 'export const handler = async () => "ten";');
  await expect.poll(() => builds, { timeout: 10_000 }).toContainEqual({ functionName: 'clock', errors: [] });
  await target.follow(definitions);
  expect((await target.invoke('clock', {})).payload).toBe('ten');
  await expect(greet(target)).rejects.toThrow('There is no function named greeter.');
});
