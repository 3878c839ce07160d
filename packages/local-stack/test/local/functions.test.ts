import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

async function buildGreeter(watch: boolean): Promise<LocalFunctions> {
  functions = await buildFunctions({
    names: ['greeter'],
    directory: join(project, 'out'),
    projectDirectory: project,
    watch,
    onBuild: (event) => builds.push(event),
    onLog: (_, line) => logs.push(line),
    onLogStream: (_, line) => logStream.push(line),
  });
  functions.start(ACCESS);
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
