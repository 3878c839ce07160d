import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { connectThroughProxy } from '@vpc-postgres/testing/support/local-stack.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { liveCommandLines } from './live-command-lines.js';

/** `npm start` as a person runs it: a process of its own, its output, its exit code, and what it leaves behind. */
const PROJECT = join(import.meta.dirname, '../../../testing/app');
const START = ['--import', 'tsx', join(import.meta.dirname, '../../src/start.ts')];

/** A user without rights. Only root can become one, and only a project outside of root's home is readable to one. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const canBecomeNobody =
  process.getuid?.() === 0 && spawnSync('test', ['-r', join(PROJECT, 'package.json')], NOBODY).status === 0;

/** Long enough for a slow machine; a start takes about two seconds. */
const PATIENCE_MILLIS = 25_000;

/** TMPDIR of every starter, so that what one leaves behind shows. Shared, for the sake of tsx's compile cache in it. */
let temporaryFolder: string;
let scratch: string;
let running: ChildProcess[];

beforeAll(async () => {
  temporaryFolder = await mkdtemp(join(tmpdir(), 'start-tmp-'));
});
afterAll(() => rm(temporaryFolder, { recursive: true }));

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'start-'));
  running = [];
});
afterEach(async () => {
  for (const child of running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  // PostgreSQL follows its starter, and writes into the folder until it has.
  await expect.poll(processesOfThisTest, { timeout: PATIENCE_MILLIS }).toEqual([]);
  await rm(scratch, { recursive: true, force: true });
  // One that is killed leaves it there, and the next start takes it over.
  await rm(join(PROJECT, 'amplify_outputs.json'), { force: true });
});

interface Start {
  child: ChildProcess;
  /** Resolves with the whole output once the text has been printed. */
  printed(text: string | RegExp): Promise<string>;
  /** Resolves when the process has ended. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function start(
  args: string[] = [],
  env: Record<string, string> = {},
  user: { uid?: number; gid?: number } = {},
): Start {
  // Files, not pipes: a process that outlives the starter, such as tsx's esbuild, keeps a pipe open, and its end is awaited.
  const files = { stdout: join(scratch, randomUUID()), stderr: join(scratch, randomUUID()) };
  const descriptors = [openSync(files.stdout, 'w'), openSync(files.stderr, 'w')];
  const child = spawn(process.execPath, [...START, ...args], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH, PORT: '0', PROXY_PORT: '0', TMPDIR: temporaryFolder, ...env },
    stdio: ['ignore', ...descriptors],
    ...user,
  });
  descriptors.forEach(closeSync);
  running.push(child);
  const output = () => ({ stdout: readFileSync(files.stdout, 'utf8'), stderr: readFileSync(files.stderr, 'utf8') });
  const ended = once(child, 'exit').then(([code]) => ({ code, ...output() }));
  return {
    child,
    ended,
    async printed(text) {
      const printed = () => Object.values(output()).join('');
      await expect.poll(printed, { timeout: PATIENCE_MILLIS }).toMatch(text);
      return output().stdout;
    },
  };
}

/** Command lines of live processes that name this test's folders, other than the starters themselves. */
async function processesOfThisTest(): Promise<string[]> {
  const lines = await liveCommandLines();
  return lines.filter(
    (line) =>
      [scratch, temporaryFolder].some((folder) => line.includes(folder)) &&
      !line.includes('packages/local-stack/src/start.ts'),
  );
}

async function takePort(): Promise<{ port: number; server: net.Server }> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

describe('npm start -- --once', () => {
  test('prints one JSON line with the row written, the same row read back and each hop, and leaves nothing', async () => {
    const { code, stdout } = await start(['--once']).ended;

    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const { ok, created, readBack, hops } = JSON.parse(stdout);
    expect(ok).toBe(true);
    expect(created).toMatchObject({ status: 'PLACED', totalCents: 5_980, lines: [{ quantity: 2 }, { quantity: 1 }] });
    expect(readBack).toEqual(created);
    for (const hop of [hops.createOrder, hops.getOrder]) {
      expect(hop.appSyncMillis).toBeGreaterThanOrEqual(hop.lambdaMillis);
      expect(hop.lambdaMillis).toBeGreaterThanOrEqual(hop.queryMillis);
      expect(hop.queryMillis).toBeGreaterThan(0);
    }
    expect(await processesOfThisTest()).toEqual([]);
    expect(await leftInTemporaryFolder()).toEqual([]);
  });

  test.runIf(exhaustive && canBecomeNobody)(
    'works as an ordinary user (needs root, to become one, in a project that others may read)',
    async () => {
      await chmod(temporaryFolder, 0o777);

      const { code, stdout } = await start(['--once'], { HOME: '/nonexistent' }, NOBODY).ended;

      expect(stdout).toContain('"ok":true');
      expect(code).toBe(0);
      expect(await leftInTemporaryFolder()).toEqual([]);
    },
  );
});

describe('npm start', () => {
  test('answers, and ends on Ctrl-C without a process or a temporary folder', async () => {
    const directory = join(scratch, 'state');
    const first = start(['--directory', directory, '--lambda-log']);
    const output = await first.printed('Ready in');
    expect(output).toMatch(/orders-api \| START RequestId: [\w-]{36} Version: \$LATEST\n/);
    expect(output).toMatch(/orders-api \| REPORT RequestId: .*\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\n/);
    expect(output).toMatch(/ Pins +0 so far\. /);
    const url = /http:\/\/localhost:\d+/.exec(output)?.[0];

    expect((await fetch(`${url}/`)).status).toBe(200);
    expect((await stat(directory)).mode & 0o077).toBe(0);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(0);
    expect(await processesOfThisTest()).toEqual([]);
    expect(await leftInTemporaryFolder()).toEqual([]);
  });

  test('prints the errors of PostgreSQL in full', async () => {
    const directory = join(scratch, 'state');
    const { child, printed, ended } = start(['--directory', directory]);
    await printed('Ready in');
    const access = JSON.parse(await readFile(join(directory, 'connection.json'), 'utf8'));
    const client = await connectThroughProxy({ ...access, caPath: join(directory, 'ca.pem') });

    await expect(client.query("select $1::text::uuid, 'a note'", ['alice'])).rejects.toThrow('invalid input syntax');
    await client.end();

    expect(await printed('postgres | ERROR')).toContain(
      'postgres | ERROR:  invalid input syntax for type uuid: "alice"\n',
    );
    child.kill('SIGINT');
    await ended;
  });

  test.runIf(exhaustive)('keeps its data in the folder, whichever signal ends it', async () => {
    const directory = join(scratch, 'state');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { child, printed, ended } = start(['--directory', directory]);
      expect((await printed('Ready in')).includes('Migrations applied')).toBe(signal === 'SIGINT');
      child.kill(signal);
      expect((await ended).code).toBe(0);
    }
  });

  test.runIf(exhaustive)(
    'killed with SIGKILL, it takes every process along, the frozen Lambda environment too, and the next start finds the data',
    async () => {
      const directory = join(scratch, 'state');
      const killed = start(['--directory', directory]);
      await killed.printed('Ready in');

      killed.child.kill('SIGKILL');
      await killed.ended;

      await expect.poll(processesOfThisTest, { timeout: 10_000 }).toEqual([]);
      const next = start(['--directory', directory]);
      expect(await next.printed('Ready in')).not.toContain('Migrations applied');
    },
  );

  test.runIf(exhaustive)('refuses a folder that another npm start uses, by its process', async () => {
    const directory = join(scratch, 'state');
    const first = start(['--directory', directory]);
    await first.printed('Ready in');

    const { code, stderr } = await start(['--directory', directory]).ended;

    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      `${directory} is in use by another npm start (process ${first.child.pid}). Use that one, or stop it with Ctrl-C first.`,
    );
    expect(first.child.exitCode).toBeNull();
  });

  test.runIf(exhaustive).each(['PORT', 'PROXY_PORT'])(
    'refuses a %s that another program holds, leaves that program alone, and starts nothing',
    async (variable) => {
      const { port, server } = await takePort();

      const { code, stderr } = await start(['--directory', join(scratch, 'state')], { [variable]: String(port) }).ended;

      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(String(port));
      expect(stderr).toContain(`${variable}=`);
      expect(server.listening).toBe(true);
      expect(await processesOfThisTest()).toEqual([]);
      server.close();
    },
  );

  test.runIf(exhaustive)('refuses data of another PostgreSQL version, and does not touch it', async () => {
    const data = join(scratch, 'state', 'data');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'PG_VERSION'), '12\n');

    const { code, stderr } = await start(['--directory', join(scratch, 'state')]).ended;

    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/12.*17/);
    expect(await readdir(data)).toEqual(['PG_VERSION']);
  });

  test.runIf(exhaustive)('refuses a folder that is a file', async () => {
    const path = join(scratch, 'state');
    await writeFile(path, 'precious');

    const { code, stderr } = await start(['--directory', path]).ended;

    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(`mv ${path} ${path}.old`);
  });

  test.runIf(exhaustive && canBecomeNobody)(
    'refuses a folder that it may not read (needs root, to become somebody else)',
    async () => {
      const path = join(scratch, 'state');
      await chmod(scratch, 0o755);
      await chmod(temporaryFolder, 0o777);
      await mkdir(path, { mode: 0o700 });

      const { code, stderr } = await start(['--directory', path], { HOME: '/nonexistent' }, NOBODY).ended;

      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(`${path} cannot be used (EACCES).`);
    },
  );

  test('says which option it does not know, and which there are', async () => {
    const { code, stderr } = await start(['--onec']).ended;

    expect(code).toBe(1);
    expect(stderr).toContain('--onec');
    expect(stderr).toContain('Usage: npm start');
  });

  test.runIf(exhaustive).each(['0', '101'])('rejects --concurrency %s', async (count) => {
    const { code, stderr } = await start(['--concurrency', count]).ended;

    expect(code).toBe(1);
    expect(stderr).toContain(`--concurrency is "${count}". Expected a whole number from 1 to 100.`);
  });

  test.runIf(exhaustive).each(['http', '-1', '70000', '3000x'])('refuses PORT=%s', async (port) => {
    const { code, stderr } = await start([], { PORT: port }).ended;

    expect(code).toBe(1);
    expect(stderr.trim()).toBe(`PORT is "${port}". Expected a port number from 1 to 65535, or 0 for any free one.`);
  });
});

/** tsx keeps a compile cache there; it is not ours. */
async function leftInTemporaryFolder(): Promise<string[]> {
  return (await readdir(temporaryFolder)).filter((name) => !name.startsWith('tsx-'));
}
