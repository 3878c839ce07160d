/** Handlers as Amplify documents them, from the HTTP request to the Lambda runtime and back: nothing of ours is in them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { a } from '@aws-amplify/data-schema';
import { serveAppSync } from '@vpc-postgres/testing/support/appsync-under-test.js';
import { defineTestFunction } from '@vpc-postgres/testing/support/function-definition.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildFunctions, type LocalFunctions } from '../../../src/functions.js';

const HANDLER = `const ANSWERS: Record<string, unknown> = {
  greeting: { text: 'hello', to: ['alice', 'bob'] },
  word: 'hello',
  words: ['hello', 'good day'],
  nothing: null,
  data: { text: 'a field named data does not make an envelope', data: 'kept' },
};
export const handler = async ({ fieldName, arguments: { problem } }) => {
  if (problem) throw new Error(problem);
  return ANSWERS[fieldName];
};`;

const schema = a.schema({
  Greeting: a.customType({ text: a.string(), to: a.string().array(), data: a.string() }),
  ...Object.fromEntries(
    Object.entries({
      greeting: a.ref('Greeting'),
      word: a.string(),
      words: a.string().array(),
      nothing: a.string(),
      data: a.ref('Greeting'),
    }).map(([name, type]) => [
      name,
      a
        .query()
        .arguments({ problem: a.string() })
        .returns(type as ReturnType<typeof a.string>)
        .authorization((allow) => [allow.authenticated()])
        .handler(a.handler.function('greeter')),
    ]),
  ),
});

const appsync = serveAppSync({ '/graphql': schema.transform().schema });
let project: string;
let functions: LocalFunctions;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'plain-handlers-'));
  await mkdir(join(project, 'amplify/functions/greeter'), { recursive: true });
  await writeFile(join(project, 'amplify/functions/greeter/handler.ts'), HANDLER);
  functions = await buildFunctions({
    definitions: { greeter: defineTestFunction(project, 'greeter') },
    directory: join(project, 'out'),
    projectDirectory: project,
    watch: false,
    onBuild: () => {},
    onLog: () => {},
  });
  functions.start({
    host: 'localhost',
    port: 1,
    database: 'app',
    user: 'app',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
    caPath: '/dev/null',
  });
  // The request's limit is short: the first invocation waits for the environment.
  await functions.invoke('greeter', { fieldName: 'word', arguments: {} });
});
beforeEach(() => {
  appsync.invoke = async (name, event) => (await functions.invoke(name, event)).payload;
});
afterAll(async () => {
  await functions?.stop();
  await functions?.dispose();
  await rm(project, { recursive: true });
});

test.each([
  ['an object', '{ greeting { text to } }', { greeting: { text: 'hello', to: ['alice', 'bob'] } }],
  ['a string', '{ word }', { word: 'hello' }],
  ['a list', '{ words }', { words: ['hello', 'good day'] }],
  ['null', '{ nothing }', { nothing: null }],
  ['an object with a field named data', '{ data { data } }', { data: { data: 'kept' } }],
])('%s that a plain handler returns is the value of the field', async (_, query, data) => {
  const { status, body } = await appsync.query(appsync.alice, query);

  expect({ status, body }).toEqual({ status: 200, body: { data } });
});

test('what a plain handler throws is Lambda:Unhandled with its message', async () => {
  const { status, body } = await appsync.query(appsync.alice, '{ word(problem: "No such word") }');

  expect(status).toBe(200);
  expect(body).toMatchObject({
    data: { word: null },
    errors: [{ path: ['word'], errorType: 'Lambda:Unhandled', message: 'No such word' }],
  });
});
