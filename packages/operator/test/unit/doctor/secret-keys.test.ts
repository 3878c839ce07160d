import {
  newProxyToInstance,
  SECRET_ARN,
  SQL_SECRET_ARN,
  withSqlDataSource,
} from '@vpc-postgres/testing/support/environments.js';
import { expect, test } from 'vitest';
import { answered } from '../../../src/aws/answer.js';
import { secretKeys } from '../../../src/doctor/checks/secret-keys.js';
import { type AccountAnswers, factsFrom } from '../../../src/doctor/facts.js';
import { checkConnection, checkLogin, checkSqlSecret } from '../../../src/doctor/secret-keys.js';
import { needsAccount, planSecretReads, secretStatements } from '../../../src/doctor/secret-reads.js';
import { healthy, proxies } from './sample-facts.js';

const PASSWORD = 'correct-horse-7Qx9';
const expected = { functionUsers: ['app'], host: 'db.example.com', port: 5432 };
const nothing = { stacks: answered([]), resources: answered([]), proxies: answered([]) };
const account = { ...nothing, proxies: answered(proxies.DBProxies) };

test.each([
  [
    'the right secret',
    JSON.stringify({ username: 'app', password: PASSWORD }),
    { user: 'app', form: 'JSON', missing: [] },
  ],
  [
    'further keys',
    JSON.stringify({ username: 'app', password: PASSWORD, host: 'db' }),
    { user: 'app', form: 'JSON', missing: [] },
  ],
  [
    'another user',
    JSON.stringify({ username: PASSWORD, password: 'app' }),
    { user: undefined, form: 'JSON', missing: [] },
  ],
  ['no password', JSON.stringify({ username: 'app' }), { user: 'app', form: 'JSON', missing: ['password'] }],
  [
    'an empty password',
    JSON.stringify({ username: 'app', password: '' }),
    { user: 'app', form: 'JSON', missing: ['password'] },
  ],
  [
    'a number as password',
    JSON.stringify({ username: 'app', password: 7 }),
    { user: 'app', form: 'JSON', missing: ['password'] },
  ],
  ['no key', '{}', { user: undefined, form: 'JSON', missing: ['username', 'password'] }],
  ['a list', JSON.stringify([PASSWORD]), { user: undefined, form: 'not JSON', missing: [] }],
  ['null', 'null', { user: undefined, form: 'not JSON', missing: [] }],
  ['text', PASSWORD, { user: undefined, form: 'not JSON', missing: [] }],
  ['nothing', '', { user: undefined, form: 'not JSON', missing: [] }],
  ['bytes', undefined, { user: undefined, form: 'binary', missing: [] }],
])('of a secret with %s the form is kept, and no value', (_, text, checked) => {
  expect(checkLogin(text, ['app', 'migrator'])).toEqual(checked);
});

test.each([
  [`postgresql://sql:${PASSWORD}@db.example.com:5432/app`, true, []],
  [`postgresql://sql:${PASSWORD}@DB.example.com/app`, true, []],
  [
    `postgresql://sql:${PASSWORD}@db.example.com:5432/app`,
    false,
    ['It is not encrypted: its type is not SecureString.'],
  ],
  [
    `postgresql://sql:${PASSWORD}@other.example.com:6432/app`,
    true,
    ['Its host is not db.example.com.', 'Its port is not 5432.'],
  ],
  ['postgresql://db.example.com:5432/app', true, ['It has no user name.', 'It has no password.']],
  [PASSWORD, true, ['It is no connection URI: postgresql://USER:PASSWORD@HOST:PORT/DATABASE.']],
  [
    `mysql://sql:${PASSWORD}@db.example.com`,
    true,
    ['It is no connection URI: postgresql://USER:PASSWORD@HOST:PORT/DATABASE.'],
  ],
  [undefined, true, ['It is no connection URI: postgresql://USER:PASSWORD@HOST:PORT/DATABASE.']],
])('the connection %s, encrypted: %s', (uri, isEncrypted, problems) => {
  expect(checkConnection(uri, isEncrypted, expected)).toEqual(problems);
});

test('a secret that sql-secret rejects is described by its keys', () => {
  const secret = { host: 'db.example.com', port: 5432, username: 'app', password: PASSWORD, dbname: 'app' };

  const problems = checkSqlSecret(JSON.stringify(secret), expected);

  expect(problems).toEqual([expect.stringContaining('Its username is app, a role with other work')]);
  expect(problems.join()).not.toContain(PASSWORD);
});

test('the secrets that the environment names are known without AWS, others by the proxy', () => {
  const { environment } = healthy;

  expect([newProxyToInstance, environment, withSqlDataSource(newProxyToInstance)].map(needsAccount)).toEqual([
    false,
    true,
    true,
  ]);
  expect(planSecretReads(newProxyToInstance, { environment: 'main' }, nothing).logins).toEqual([
    { arn: SECRET_ARN, user: 'app' },
  ]);
  const existing = { ...environment.database.proxy, proxyArn: proxies.DBProxies[0]?.DBProxyArn };
  const withProxy = { ...environment, database: { ...environment.database, proxy: existing } } as typeof environment;
  expect(planSecretReads(withProxy, { environment: 'main' }, account).logins).toEqual([
    { arn: SECRET_ARN, user: undefined },
  ]);
});

test('the parameter of the SQL data source is found by the stack, or by the id of the app', () => {
  const environment = withSqlDataSource(newProxyToInstance);
  const StackName = 'amplify-d1example-main-branch-5bfa880954';
  const deployed = {
    ...nothing,
    stacks: answered([{ StackName, StackStatus: 'CREATE_COMPLETE' as const, CreationTime: new Date(0) }]),
  };

  expect(planSecretReads(environment, { environment: 'main' }, deployed).sql?.parameters).toEqual([
    '/amplify/d1example/main-branch-5bfa880954/SQL_CONNECTION_URI',
    '/amplify/shared/d1example/SQL_CONNECTION_URI',
  ]);
  expect(planSecretReads(environment, { environment: 'main', appId: 'd1example' }, nothing).sql?.parameters).toEqual([
    '/amplify/d1example/main-branch-5bfa880954/SQL_CONNECTION_URI',
  ]);
  expect(planSecretReads(environment, { environment: 'main' }, nothing).sql?.parameters).toEqual([]);
});

test('the statements name these secrets and parameters, and no other', () => {
  const statements = secretStatements(healthy.environment, {
    secrets: [SECRET_ARN, SQL_SECRET_ARN],
    encryptedSecrets: [SECRET_ARN],
    parameters: ['/amplify/d1example/main-branch-5bfa880954/SQL_CONNECTION_URI'],
    encryptedParameters: [],
  });

  expect(statements.map(({ Action, Resource, Condition }) => [Action, Resource, Condition?.StringEquals])).toEqual([
    [['secretsmanager:GetSecretValue'], [SECRET_ARN, SQL_SECRET_ARN], undefined],
    [
      ['kms:Decrypt'],
      'arn:aws:kms:eu-west-1:*:key/*',
      { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com', 'kms:EncryptionContext:SecretARN': [SECRET_ARN] },
    ],
    [
      ['ssm:GetParameter'],
      ['arn:aws:ssm:eu-west-1:111122223333:parameter/amplify/d1example/main-branch-5bfa880954/SQL_CONNECTION_URI'],
      undefined,
    ],
  ]);
});

test('the line says that keys were not looked at, and how to look', () => {
  expect(secretKeys.run({ ...healthy, environment: newProxyToInstance })).toEqual({
    skipped: expect.stringContaining('--secret-keys'),
  });
});

test('the check asks for what it needs alone: another refusal does not hide it', () => {
  const { name, environment: _, now, installed, ...known } = healthy;
  const answers = Object.fromEntries(Object.entries(known).map(([part, value]) => [part, answered(value)]));
  const refusal = { read: 'rds:DescribeCertificates', reason: 'not permitted', message: 'Refused.' } as const;
  const facts = factsFrom({ name, environment: newProxyToInstance, now, installed }, {
    ...answers,
    certificates: { ok: false, refusal },
  } as unknown as AccountAnswers);

  expect(secretKeys.run(facts)).toMatchObject({ skipped: expect.any(String) });
});
