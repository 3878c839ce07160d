/** The asking, by the AWS SDK, of a function that looks at the real local stack: an endpoint that speaks Lambda's Invoke in between. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { iamTokenSigner } from '@vpc-postgres/lambda/database/iam-token.js';
import { DOCTOR_CHECKS } from '@vpc-postgres/lambda/database/look/explain.js';
import { lookFromInside } from '@vpc-postgres/lambda/database/look/look.js';
import { readLookQuestion } from '@vpc-postgres/lambda/database/look/question.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECK_IDS } from '../../src/doctor/check-ids.js';
import { askFunctions, functionsToAsk, isInOrder } from '../../src/inside/ask.js';
import { lookAtEnvironment, lookOrSayWhy } from '../../src/inside/look-at-environment.js';
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

const HASH = createHash('sha512').update('d1example').update('main').digest('hex').slice(0, 10);
const ROOT_STACK = `amplify-d1example-main-branch-${HASH}`;
const configurationOf = (FunctionName: string) => ({
  FunctionName,
  Environment: { Variables: FunctionName === 'orders-api' ? { DATABASE_HOST: 'proxy' } : {} },
});

/** CloudFormation's and Lambda's answers about one deployed stack, with a nested one. */
function answerRead(url: string, body: string): string | undefined {
  const [, name = ''] = /functions\/([^/]+)\/configuration/.exec(url) ?? [];
  if (name !== '') return JSON.stringify(configurationOf(name));
  const parameters = new URLSearchParams(body);
  const member = (type: string, id: string) =>
    `<member><ResourceType>${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`;
  if (parameters.get('Action') === 'DescribeStacks') {
    return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${ROOT_STACK}</StackName><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  }
  if (parameters.get('Action') !== 'ListStackResources') return undefined;
  const resources =
    parameters.get('StackName') === ROOT_STACK
      ? member('AWS::CloudFormation::Stack', 'nested')
      : member('AWS::Lambda::Function', 'orders-api') + member('AWS::Lambda::Function', 'send-reminder');
  return `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${resources}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;
}

beforeAll(async () => {
  stack = await startTestStack();
  server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    const read = await answerRead(String(url), await text(request));
    if (read !== undefined) return void response.end(read);
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

const access = () => ({
  region: 'eu-west-1',
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
});
const ask = (...names: string[]) => askFunctions(names, access());

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

test('of an environment, the deployed functions with a database are asked, in nested stacks too', async () => {
  questions.length = 0;

  const report = await lookAtEnvironment({ environment: 'main' }, access());

  expect(report.functions).toMatchObject([{ functionName: 'orders-api', status: 'ok' }]);
  expect(questions).toHaveLength(1);
});

test('where nothing is deployed, nothing is asked, and the doctor’s report says why', async () => {
  questions.length = 0;

  await expect(lookAtEnvironment({ environment: 'staging' }, access())).rejects.toThrow(
    'Nothing is deployed for staging',
  );
  const report = await lookOrSayWhy({ environment: 'staging' }, access());

  expect(isInOrder(report)).toBe(false);
  expect(renderInside(report)).toContain('Nothing is deployed for staging in eu-west-1');
  expect(questions).toEqual([]);
});

test('the report fits the schema of the doctor’s JSON', async () => {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/doctor.schema.json'), 'utf8'));
  const validate = new Ajv2020({ strict: false }).compile(schema.properties.fromInside);

  for (const report of [await ask('orders-api', 'gone'), await lookOrSayWhy({ environment: 'staging' }, access())]) {
    expect(validate(JSON.parse(JSON.stringify(report))), JSON.stringify(validate.errors)).toBe(true);
  }
});

test('every check that a hop leads to is one of the doctor’s', () => {
  expect(DOCTOR_CHECKS.length).toBeGreaterThan(7);
  expect(DOCTOR_CHECKS.filter((check) => !(CHECK_IDS as readonly string[]).includes(check))).toEqual([]);
});
