import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAmplifyConfig } from 'aws-amplify/utils';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readUserPoolSettings } from '../../src/cognito/settings.js';
import { type AmplifyOutputsOptions, createAmplifyOutputs } from '../../src/outputs/amplify-outputs.js';
import { createModelIntrospection } from '../../src/outputs/model-introspection.js';
import { openOutputsFile } from '../../src/outputs/outputs-file.js';

const options: AmplifyOutputsOptions = {
  url: 'http://localhost:3000',
  region: 'eu-west-1',
  userPool: {
    id: 'local_abc',
    clientId: 'client',
    identityPoolId: 'local:00000000-0000-4000-8000-000000000000',
    settings: readUserPoolSettings({
      loginWith: { email: true },
      multifactor: { mode: 'OPTIONAL', totp: true },
      userAttributes: { givenName: { required: true } },
      groups: ['admins', 'readers'],
    }),
  },
  modes: new Set(['userPool', 'iam']),
  apiKey: 'da2-secret',
  modelIntrospection: { version: 1, models: {}, nonModels: {}, enums: {} },
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'outputs-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('amplify_outputs.json', () => {
  test.each([
    ['with the user pool alone', options],
    ['with an API key', { ...options, modes: new Set(['userPool', 'iam', 'apiKey'] as const) }],
    [
      'without a second factor',
      { ...options, userPool: { ...options.userPool, settings: readUserPoolSettings({ loginWith: { email: true } }) } },
    ],
  ])(
    '%s, has the configuration that the library makes of its part in version 1.5, but for the endpoints',
    (_, given) => {
      const { version, Auth, API, ...outputs } = createAmplifyOutputs(given);
      const { userPoolEndpoint, identityPoolEndpoint, ...cognito } = Auth.Cognito;
      const { endpoint, ...graphql } = API.GraphQL;

      expect({
        Auth: { Cognito: cognito },
        API: { GraphQL: { ...graphql, endpoint: endpoint.toLowerCase() } },
      }).toEqual(parseAmplifyConfig({ version: '1.5', ...outputs }));
      expect(version).toBe('local-1.5');
      expect(userPoolEndpoint).toBe('http://localhost:3000/cognito-idp');
      expect(identityPoolEndpoint).toBe('http://localhost:3000/cognito-identity');
    },
  );

  test('is taken by the library as it is, endpoints included', () => {
    const outputs = createAmplifyOutputs(options);

    expect(parseAmplifyConfig(outputs)).toMatchObject({ Auth: outputs.Auth, API: outputs.API });
  });

  test('names the groups in the order of amplify/auth/resource.ts, and the attributes that a sign-up needs', () => {
    expect(createAmplifyOutputs(options).auth).toMatchObject({
      groups: [{ admins: { precedence: 0 } }, { readers: { precedence: 1 } }],
      standard_required_attributes: ['email', 'given_name'],
    });
  });

  test('holds the API key only where a rule of the schema lets one in', () => {
    expect(JSON.stringify(createAmplifyOutputs(options))).not.toContain('da2-secret');
    expect(createAmplifyOutputs({ ...options, modes: new Set(['userPool', 'apiKey']) }).data.api_key).toBe(
      'da2-secret',
    );
  });
});

describe('the file', () => {
  const notes: string[] = [];
  const pathOf = (name: string) => join(directory, name);
  const open = () => openOutputsFile(directory, (note) => notes.push(note));
  const CLOUD = JSON.stringify({ version: '1.4', auth: { user_pool_id: 'eu-west-1_cloud' } });
  beforeEach(() => {
    notes.length = 0;
  });

  test('is removed at the stop, where there was none', async () => {
    const file = open();
    await file.write(createAmplifyOutputs(options));
    const written = JSON.parse(await readFile(pathOf('amplify_outputs.json'), 'utf8'));
    await file.restore();

    expect(written).toEqual(createAmplifyOutputs(options));
    expect(existsSync(pathOf('amplify_outputs.json'))).toBe(false);
    expect(notes).toEqual([]);
  });

  test.each([
    ['of a cloud sandbox', CLOUD],
    ['that is no JSON', '{'],
  ])('%s is moved aside with a note, and is back at the stop', async (_, before) => {
    await writeFile(pathOf('amplify_outputs.json'), before);
    const file = open();
    await file.write(createAmplifyOutputs(options));
    await file.write(createAmplifyOutputs(options));
    const aside = await readFile(pathOf('amplify_outputs.cloud.json'), 'utf8');
    await file.restore();

    expect(aside).toBe(before);
    expect(await readFile(pathOf('amplify_outputs.json'), 'utf8')).toBe(before);
    expect(existsSync(pathOf('amplify_outputs.cloud.json'))).toBe(false);
    expect(notes).toEqual([
      `${pathOf('amplify_outputs.json')} is not of npm start: it is amplify_outputs.cloud.json until npm start stops.`,
    ]);
  });

  test('of a cloud sandbox is back at the stop of the next run, after one that was killed', async () => {
    await writeFile(pathOf('amplify_outputs.json'), CLOUD);
    await open().write(createAmplifyOutputs(options));
    const next = open();
    await next.write(createAmplifyOutputs(options));
    await next.restore();

    expect(await readFile(pathOf('amplify_outputs.json'), 'utf8')).toBe(CLOUD);
  });

  test('that a sandbox has written meanwhile is left as it is, with a note', async () => {
    const file = open();
    await file.write(createAmplifyOutputs(options));
    await writeFile(pathOf('amplify_outputs.json'), CLOUD);
    await file.restore();

    expect(await readFile(pathOf('amplify_outputs.json'), 'utf8')).toBe(CLOUD);
    expect(notes).toHaveLength(1);
  });

  test('in a folder that there is not, is an error with the option', async () => {
    const file = openOutputsFile(pathOf('missing'), () => {});

    await expect(file.write(createAmplifyOutputs(options))).rejects.toMatchObject({
      message: `${pathOf('missing/amplify_outputs.json')} cannot be written (ENOENT).`,
      fix: expect.stringContaining('--outputs DIR'),
    });
  });
});

describe('the model introspection', () => {
  const SDL = 'type Query { hello(name: String): String @function(name: "hello") @auth(rules: [{ allow: private }]) }';

  test('is what Amplify’s generator makes of the schema, and is kept for the next start', async () => {
    const first = await createModelIntrospection(SDL, directory);
    const kept = await readFile(join(directory, 'model-introspection.json'), 'utf8');
    await writeFile(join(directory, 'model-introspection.json'), kept.replace('"hello"', '"kept"'));

    expect(first).toMatchObject({ queries: { hello: { arguments: { name: { type: 'String' } } } } });
    expect(await createModelIntrospection(SDL, directory)).toMatchObject({ queries: { kept: {} } });
    expect(await createModelIntrospection(`${SDL}\n`, directory)).toEqual(first);
  });

  test('of a schema that the generator does not take, is an error with its reason', async () => {
    await expect(createModelIntrospection('type Query {', directory)).rejects.toMatchObject({
      message: expect.stringContaining('Syntax Error'),
    });
  });
});
