/** The phases of Lambda's execution environment: INIT, INVOKE, freeze, and what happens when one of them goes wrong. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bootstrapBuildOptions } from '../../../src/lambda/bundle.js';
import { createExecutionEnvironment, type ExecutionEnvironment } from '../../../src/lambda/execution-environment.js';
import type { FunctionConfiguration } from '../../../src/lambda/function-configuration.js';

let directory: string;
let environment: ExecutionEnvironment | undefined;
/** What the function wrote, and Lambda itself, in the order in which it came. */
let log: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'environment-'));
  await build(bootstrapBuildOptions(directory));
});
afterAll(() => rm(directory, { recursive: true }));
beforeEach(() => {
  log = [];
});
afterEach(async () => {
  await environment?.stop();
  environment = undefined;
});

async function initialize(code: string, overrides: Partial<FunctionConfiguration> = {}): Promise<ExecutionEnvironment> {
  await writeFile(join(directory, 'index.mjs'), code);
  environment = createExecutionEnvironment({
    name: 'orders-api',
    directory,
    environment: {},
    region: 'eu-west-1',
    timeoutSeconds: 10,
    memoryMB: 512,
    onLog: (line) => log.push(line),
    onPlatformLog: (line) => log.push(line),
    ...overrides,
  });
  await environment.initialize();
  return environment;
}

/** The log with everything that differs from run to run made equal. */
function normalizedLog(): string[] {
  return log.map((line) =>
    line
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/\d+\.\d\d ms/g, 'N ms')
      .replaceAll(/(Billed Duration|Max Memory Used): \d+/g, '$1: N')
      .replaceAll('\t', ' '),
  );
}

const REPORT = 'REPORT RequestId: ID Duration: N ms Billed Duration: N ms Memory Size: 512 MB Max Memory Used: N MB';

describe('an invocation', () => {
  test('has START, what the function writes, END and REPORT in the log; the first one’s REPORT has the INIT too', async () => {
    const target = await initialize(
      'console.log("loading"); export const handler = async (event) => { console.log(event.text); };',
    );

    await target.invoke({ text: 'one' });
    await target.invoke({ text: 'two' });

    expect(normalizedLog()).toEqual([
      'loading',
      'START RequestId: ID Version: $LATEST',
      'one',
      'END RequestId: ID',
      `${REPORT} Init Duration: N ms`,
      'START RequestId: ID Version: $LATEST',
      'two',
      'END RequestId: ID',
      REPORT,
    ]);
  });

  test('reports the memory that the process has used', async () => {
    const target = await initialize(`
      const kept = [];
      export const handler = async ({ megabytes }) => { kept.push(Buffer.alloc(megabytes * 1024 * 1024, 1)); };`);

    await target.invoke({ megabytes: 1 });
    const before = target.maxMemoryUsedMB();
    await target.invoke({ megabytes: 200 });

    expect(before).toBeGreaterThan(20);
    expect(target.maxMemoryUsedMB() - before).toBeGreaterThan(150);
  });

  test('leaves nothing behind when it is over: whoever asked is forgotten while the environment lives on', async () => {
    const target = await initialize('export const handler = async () => {};');
    const caller = new AsyncLocalStorage<object>();
    const invokeAsSomebody = async () => {
      const somebody = {};
      await caller.run(somebody, () => target.invoke({}));
      return new WeakRef(somebody);
    };
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;

    const asked = [await invokeAsSomebody(), await invokeAsSomebody()];
    await target.invoke({});

    // Node's HTTP server has a timer that remembers whoever made it, for a second. A failed assertion would, too: a number.
    const stillKnown = () => {
      collectGarbage();
      return asked.filter((reference) => reference.deref() !== undefined).length;
    };
    await expect.poll(stillKnown, { timeout: 10_000 }).toBe(0);
  });

  test('that throws is told in the log as Lambda’s runtime tells it, and has no status of its own', async () => {
    const target = await initialize('export const handler = async () => { throw new TypeError("a defect"); };');

    await expect(target.invoke({})).rejects.toMatchObject({ errorType: 'TypeError' });

    expect(normalizedLog()).toEqual([
      'START RequestId: ID Version: $LATEST',
      expect.stringMatching(
        /^TIME ID ERROR Invoke Error {2}\{"errorType":"TypeError","errorMessage":"a defect","stack":/,
      ),
      'END RequestId: ID',
      `${REPORT} Init Duration: N ms`,
    ]);
  });

  test('with a response of more than 6 MB fails as in Lambda, and keeps the environment', async () => {
    const target = await initialize(`
      let count = 0;
      export const handler = async ({ lengthBytes }) => (lengthBytes ? 'x'.repeat(lengthBytes - 2) : (count += 1));`);

    expect((await target.invoke({ lengthBytes: 6_291_556 })).payload).toHaveLength(6_291_554);
    await expect(target.invoke({ lengthBytes: 6_291_557 })).rejects.toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
      message: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect((await target.invoke({})).payload).toBe(1);
  });
});

describe('between two invocations', () => {
  const TICKING = `
    let ticks = 0;
    setInterval(() => { ticks += 1; }, 5);
    export const handler = async ({ millis = 0 }) => {
      const before = ticks;
      await new Promise((resolve) => setTimeout(resolve, millis));
      return { before, after: ticks, processId: process.pid };
    };`;

  test('the process is frozen: its timers wait, and go on when it is thawed', async () => {
    const target = await initialize(TICKING);
    const first = (await target.invoke({})).payload as { after: number };

    await sleep(400);
    const second = (await target.invoke({ millis: 200 })).payload as { before: number; after: number };

    // 80 ticks were due.
    expect(second.before - first.after).toBeLessThan(20);
    expect(second.after - second.before).toBeGreaterThan(5);
  });

  test.skipIf(!existsSync('/proc/self/stat'))(
    'the kernel has it as stopped, after INIT too (needs /proc)',
    async () => {
      const target = await initialize(`console.log(process.pid); ${TICKING}`);
      await expect.poll(() => log).toHaveLength(1);
      const state = async () => (await readFile(`/proc/${log[0]}/stat`, 'utf8')).split(') ')[1]?.[0];

      await expect.poll(state).toBe('T');
      await target.invoke({});
      await expect.poll(state).toBe('T');
    },
  );

  test('it is stopped by stop(), with whatever it had started', async () => {
    const target = await initialize(`
      import { spawn } from 'node:child_process';
      const child = spawn('sleep', ['600'], { stdio: 'ignore' });
      export const handler = async () => [process.pid, child.pid];`);
    const processIds = (await target.invoke({})).payload as number[];
    expect(processIds.map(isAlive)).toEqual([true, true]);

    await target.stop();

    await expect.poll(() => processIds.map(isAlive)).toEqual([false, false]);
  });
});

describe('an INIT phase that takes too long', () => {
  test('is ended at its limit, and tried again at the first invocation with the function’s own limit', async () => {
    const target = await initialize(
      'await new Promise((r) => setTimeout(r, 700)); export const handler = async () => 7;',
      {
        initLimitMillis: 300,
      },
    );
    expect(target.initMillis).toBeUndefined();

    const { payload, millis } = await target.invoke({});

    expect(payload).toBe(7);
    expect(millis).toBeGreaterThan(690);
    expect(normalizedLog()).toEqual([
      'INIT_REPORT Init Duration: N ms Phase: init Status: timeout',
      'START RequestId: ID Version: $LATEST',
      'END RequestId: ID',
      REPORT,
    ]);
  });

  test('again fails the invocation when the function’s limit is over too', async () => {
    const target = await initialize(
      'await new Promise((r) => setTimeout(r, 60_000)); export const handler = () => 7;',
      {
        initLimitMillis: 200,
        timeoutSeconds: 0.4,
      },
    );

    await expect(target.invoke({})).rejects.toMatchObject({
      errorType: 'Sandbox.Timedout',
      message: expect.stringMatching(/^RequestId: [\w-]{36} Error: Task timed out after 0\.40 seconds$/),
    });
    expect(normalizedLog()).toEqual([
      'INIT_REPORT Init Duration: N ms Phase: init Status: timeout',
      'START RequestId: ID Version: $LATEST',
      'INIT_REPORT Init Duration: N ms Phase: invoke Status: timeout',
      'TIME ID Task timed out after 0.40 seconds',
      'END RequestId: ID',
      `${REPORT} Status: timeout`,
    ]);
  });

  test('can be stopped in the middle of it', async () => {
    const starting = initialize('console.log("loading"); await new Promise(() => setInterval(() => {}, 1000));');
    await expect.poll(() => log).toEqual(['loading']);

    await environment?.stop();
    await starting;

    expect(log).toEqual(['loading']);
  });
});

describe('a runtime that ends', () => {
  test('in its INIT phase is started once more by the invocation, which reports what is wrong', async () => {
    const target = await initialize('console.log("loading"); process.exit(3);');

    await expect(target.invoke({})).rejects.toMatchObject({
      errorType: 'Runtime.ExitError',
      message: expect.stringMatching(/^RequestId: [\w-]{36} Error: Runtime exited with error: exit status 3$/),
    });
    expect(log.filter((line) => line === 'loading')).toHaveLength(2);
    expect(normalizedLog()).toContain(
      'INIT_REPORT Init Duration: N ms Phase: init Status: error Error Type: Runtime.ExitError',
    );
    expect(normalizedLog()).toContain(
      'INIT_REPORT Init Duration: N ms Phase: invoke Status: error Error Type: Runtime.ExitError',
    );
  });

  test('is initialized again by the next invocation, whose Duration has the INIT in it', async () => {
    const target = await initialize(`
      await new Promise((resolve) => setTimeout(resolve, 100));
      export const handler = async ({ exit }) => { if (exit) process.exit(0); return process.pid; };`);

    await expect(target.invoke({ exit: true })).rejects.toMatchObject({
      message: expect.stringContaining('Runtime exited without providing a reason'),
    });
    const { millis } = await target.invoke({});

    expect(millis).toBeGreaterThan(100);
    expect(normalizedLog()).toEqual([
      'START RequestId: ID Version: $LATEST',
      'RequestId: ID Error: Runtime exited without providing a reason',
      'Runtime.ExitError',
      'END RequestId: ID',
      `${REPORT} Init Duration: N ms Status: error Error Type: Runtime.ExitError`,
      'START RequestId: ID Version: $LATEST',
      'END RequestId: ID',
      REPORT,
    ]);
  });

  test.each([
    ['an exception that nobody catches', 'setImmediate(() => { throw new RangeError("lost"); })'],
    ['a rejection that nobody handles', 'Promise.reject(new RangeError("lost"))'],
  ])('by %s fails the invocation, and the log says why', async (_, code) => {
    const target = await initialize(
      `export const handler = async () => { ${code}; await new Promise((r) => setTimeout(r, 5_000)); };`,
    );

    await expect(target.invoke({})).rejects.toMatchObject({
      errorType: 'Runtime.ExitError',
      message: expect.stringContaining('Runtime exited with error: exit status 1'),
    });

    expect(log.join('\n')).toContain('RangeError: lost');
    expect(normalizedLog().at(-1)).toBe(`${REPORT} Init Duration: N ms Status: error Error Type: Runtime.ExitError`);
  });

  test.each([
    [
      'exports no handler',
      'export const other = 1;',
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
    ],
    [
      'answers with what is no JSON',
      'export const handler = async () => 1n;',
      'Runtime.JSONStringifyError',
      'Unable to stringify response body',
    ],
  ])('or a module that %s is named as Lambda’s runtime names it', async (_, code, errorType, message) => {
    const target = await initialize(code);

    await expect(target.invoke({})).rejects.toMatchObject({ errorType, message });
  });

  test.each([
    ['exits', 'process.exit(9)', 'Status: error Error Type: Runtime.ExitError'],
    ['blocks', 'for (;;);', 'Status: timeout'],
  ])('or %s after its answer does not take the answer back, and is reset', async (_, afterAnswer, status) => {
    // The bootstrap asks for its next event when its answer has arrived.
    const target = await initialize(
      `import http from 'node:http';
      const request = http.request;
      let armed = false;
      http.request = (options, ...rest) => {
        if (armed && options.path.endsWith('/next')) { ${afterAnswer} }
        return request(options, ...rest);
      };
      export const handler = async (event) => { armed = event.armed; return process.pid; };`,
      { timeoutSeconds: 0.5 },
    );

    const first = await target.invoke({ armed: true });
    const second = await target.invoke({ armed: false });

    expect(normalizedLog()).toContain(`${REPORT} Init Duration: N ms ${status}`);
    expect(second.payload).not.toBe(first.payload);
  });
});

/** A function's code may reach the Runtime API itself. */
describe('what is posted to the Runtime API', () => {
  /** ID in the path stands for the present invocation's. */
  const posting = (path: string, body: string) => `
    export const handler = async (event, { awsRequestId }) => {
      if (!event.post) return process.pid;
      const url = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime' + '${path}';
      const answer = await fetch(url.replace('ID', awsRequestId), { method: 'POST', body: '${body}' });
      return answer.status;
    };`;

  test.each([
    ['a response that is no JSON', '/invocation/ID/response', '{', { errorType: 'Local:InvalidResponse' }],
    ['an error that is no JSON', '/invocation/ID/error', '{', { errorType: 'Local:InvalidResponse' }],
    ['an error that is null', '/invocation/ID/error', 'null', { errorType: 'Unhandled', message: '' }],
    ['an error without a type', '/invocation/ID/error', '{}', { errorType: 'Unhandled', message: '' }],
  ])('fails the invocation when it is %s, and nothing else', async (_, path, body, error) => {
    const target = await initialize(posting(path, body));
    const { payload } = await target.invoke({});

    await expect(target.invoke({ post: true })).rejects.toMatchObject(error);

    expect((await target.invoke({})).payload).toBe(payload);
  });

  test.each([
    ['for another invocation', '/invocation/00000000-0000-0000-0000-000000000000/response', 202],
    ['as an error of INIT, after it', '/init/error', 202],
    ['to a path that there is not', '/invocation/ID/other', 404],
  ])('is of no consequence %s', async (_, path, status) => {
    const target = await initialize(posting(path, '{}'));
    const { payload } = await target.invoke({});

    expect((await target.invoke({ post: true })).payload).toBe(status);
    expect((await target.invoke({})).payload).toBe(payload);
  });

  test('may break off in the middle, when the time is over', async () => {
    const target = await initialize(
      `import http from 'node:http';
      export const handler = async (event, { awsRequestId }) => {
        if (!event.post) return 'kept';
        const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
        const path = '/2018-06-01/runtime/invocation/' + awsRequestId + '/response';
        http.request({ hostname, port, path, method: 'POST', headers: { 'content-length': 1000 } }).write('half');
        await new Promise((resolve) => setTimeout(resolve, 5_000));
      };`,
      { timeoutSeconds: 0.5 },
    );

    await expect(target.invoke({ post: true })).rejects.toMatchObject({ errorType: 'Sandbox.Timedout' });

    expect((await target.invoke({})).payload).toBe('kept');
  });
});

function isAlive(processId: number): boolean {
  // A zombie, which its parent has not asked for, is dead too.
  const { status, stdout } = spawnSync(
    'sh',
    ['-c', `kill -0 ${processId} && cat /proc/${processId}/stat 2>/dev/null`],
    {
      encoding: 'utf8',
    },
  );
  return !/\) Z /.test(stdout) && (status === 0 || stdout !== '');
}
