/** Tests the phases of a Lambda execution environment: INIT, INVOKE, freeze. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  environment,
  initialize,
  isAlive,
  log,
  normalizedLog,
  prepareExecutionEnvironment,
  REPORT,
} from './environment-under-test.js';

prepareExecutionEnvironment();

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

  test('leaves nothing behind when it is over: the caller is forgotten while the environment lives on', async () => {
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

    // Node's HTTP server has a timer that remembers its creator, for a second. A failed assertion would, too: a number.
    const stillKnown = () => {
      collectGarbage();
      return asked.filter((reference) => reference.deref() !== undefined).length;
    };
    await expect.poll(stillKnown, { timeout: 10_000 }).toBe(0);
  });

  test('that throws is in the log as Lambda’s runtime writes it, and has no status of its own', async () => {
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
  test('is ended at its limit, and retried at the first invocation with the function’s own limit', async () => {
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
