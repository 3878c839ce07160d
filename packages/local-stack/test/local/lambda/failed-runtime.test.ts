/** Tests what a Lambda execution environment does when its runtime ends or posts invalid values to the Runtime API. */
import { describe, expect, test } from 'vitest';
import { initialize, log, normalizedLog, prepareExecutionEnvironment, REPORT } from './environment-under-test.js';

prepareExecutionEnvironment();

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
