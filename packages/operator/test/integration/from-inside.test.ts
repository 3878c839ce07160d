/** The asking, by the AWS SDK, of a function that looks at the real local stack: an endpoint that speaks Lambda's Invoke in between. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { iamTokenSigner } from '@vpc-postgres/lambda/database/iam-token.js';
import { lookFromInside } from '@vpc-postgres/lambda/database/look/look.js';
import { readLookQuestion } from '@vpc-postgres/lambda/database/look/question.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askFunctions, functionsToAsk, isInOrder } from '../../src/inside/ask.js';
import { renderInside } from '../../src/inside/render.js';

let stack: TestStack;
let server: Server;
const questions: { method: string | undefined; path: string | undefined; sentAt: Date | undefined }[] = [];

/** What Lambda answers for each function: its status, the header of a function's error, and the payload. */
const ANSWERS: Readonly<
  Record<string, () => Promise<[status: number, errors: Record<string, string>, payload: unknown]>>
> = {
  'orders-api': async () => [200, {}, await look()],
  old: async () => [200, {}, { envelope: 'vpc-postgres', error: { type: 'InternalError' } }],
  crashed: async () => [
    200,
    { 'x-amz-function-error': 'Unhandled' },
    { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 15.00 seconds' },
  ],
  secret: async () => [403, { 'x-amzn-errortype': 'AccessDeniedException' }, { Message: 'not authorized' }],
  gone: async () => [404, { 'x-amzn-errortype': 'ResourceNotFoundException' }, { Message: 'Function not found' }],
};

function look() {
  const { credentials, ...access } = stack.access;
  const settings = { ...access, credentials: () => credentials };
  const subject = {
    settings,
    applicationName: 'orders-api',
    password: iamTokenSigner(settings, settings.credentials),
    certificateAuthorities: readFileSync(access.caPath, 'utf8'),
  };
  return lookFromInside(subject, { sentAt: questions.at(-1)?.sentAt ?? new Date(0) }, 15_000);
}

beforeAll(async () => {
  stack = await startTestStack();
  server = createServer(async ({ method, url, headers }, response) => {
    const context = Buffer.from(String(headers['x-amz-client-context']), 'base64').toString();
    questions.push({ method, path: url, sentAt: readLookQuestion(JSON.parse(context))?.sentAt });
    const name = /functions\/([^/]+)\/invocations/.exec(url ?? '')?.[1] ?? '';
    const [status, errors, payload] = (await ANSWERS[name]?.()) ?? [500, {}, {}];
    response.writeHead(status, errors).end(JSON.stringify(payload));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server?.close();
  await stack?.stop();
});

const ask = (...names: string[]) =>
  askFunctions(names, {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
  });

describe('asking functions to look from inside', () => {
  test('invokes each once, with the question in the client context, and prints a line a hop', async () => {
    questions.length = 0;

    const report = await ask('orders-api');

    expect(questions).toMatchObject([
      { method: 'POST', path: expect.stringContaining('/functions/orders-api/invocations') },
    ]);
    expect(Math.abs((questions[0]?.sentAt?.getTime() ?? 0) - Date.now())).toBeLessThan(30_000);
    expect(isInOrder(report)).toBe(true);
    const lines = renderInside(report).split('\n');
    expect(lines[0]).toBe('orders-api');
    expect(lines.slice(1, 8).map((line) => line.slice(2, 14).trim())).toEqual([
      '✓ DNS',
      '✓ TCP',
      '✓ TLS',
      '✓ IAM token',
      '✓ Login',
      '✓ Statement',
      '· Migrations',
    ]);
    expect(renderInside(report)).toContain('alter role app set: statement_timeout=10s');
  });

  test('names the broken hop with its fix and the doctor’s check', async () => {
    await stack.proxy.applyFault({ fault: 'expire-credentials', on: true });
    try {
      const report = await ask('orders-api');

      expect(isInOrder(report)).toBe(false);
      const text = renderInside(report);
      expect(text).toMatch(/✗ Login .* ms {2}The login of app was rejected/);
      expect(text).toMatch(/fix {4}Does the role/);
      expect(text).toContain('check  function-logins');
    } finally {
      await stack.proxy.applyFault({ fault: 'clear' });
    }
  });

  test.each([
    ['old', /answered something else: deploy it/],
    ['crashed', /failed before it could look: Sandbox\.Timedout: Task timed out/],
    ['secret', /not permitted to ask.*lambda:InvokeFunction.*function:secret/],
    ['gone', /no such function/],
  ])('a function that does not answer is reported: %s', async (name, reason) => {
    const report = await ask(name);

    expect(report.functions).toMatchObject([
      { functionName: name, status: 'unanswered', summary: expect.stringMatching(reason) },
    ]);
    expect(isInOrder(report)).toBe(false);
    expect(renderInside(report)).toMatch(reason);
  });
});

test('only functions with a database are asked', () => {
  const configurations = [
    { FunctionName: 'orders-api', Environment: { Variables: { DATABASE_HOST: 'proxy' } } },
    { FunctionName: 'send-reminder', Environment: { Variables: {} } },
    { FunctionName: 'ampx-helper' },
  ];

  expect(functionsToAsk(configurations)).toEqual(['orders-api']);
});
