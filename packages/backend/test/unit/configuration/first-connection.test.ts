import {
  exampleEnvironment,
  exampleNetwork,
  existingInstance,
  proxyWithIam,
  withDatabase,
} from '@vpc-postgres/testing/support/environments.js';
import { describe, expect, test } from 'vitest';
import { type Environment, validateEnvironment } from '../../../src/configuration/environment.js';

const branch = { type: 'branch', namespace: 'd1example', name: 'main' } as const;
const sandbox = { type: 'sandbox', namespace: 'orders', name: 'alice' } as const;
const problemsOf = (environment: object, deployment: typeof branch | typeof sandbox = branch) =>
  validateEnvironment('environments.main', environment as Environment, deployment, {
    account: undefined,
    region: undefined,
  }).map(({ path, expected }) => [path.replace('environments.main.', ''), expected]);

const MASTER_SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-0a1b2c3d-AbC123';
const printed = { id: 'sg-0cccccccccccccccc', rules: 'print' } as const;
const functions = { ...exampleNetwork, functionSecurityGroup: printed };
const existingProxy = {
  ...exampleEnvironment.database.proxy,
  securityGroup: printed,
} as Environment['database']['proxy'];
const printedInstance = { ...existingInstance, securityGroup: printed };

describe('a rule that another person must add, for a group that this deployment creates, is rejected', () => {
  test.each([
    [
      'with migrations through a proxy',
      withDatabase({ proxy: existingProxy, migrator: 'migrator' }),
      'database.proxy.securityGroup.rules',
    ],
    [
      'with migrations without a proxy',
      withDatabase({ server: printedInstance, proxy: { kind: 'none' }, migrator: 'migrator' }),
      'database.server.securityGroup.rules',
    ],
    [
      'with a new proxy, which has to reach the database before it is complete',
      withDatabase({ server: printedInstance, proxy: proxyWithIam }),
      'database.server.securityGroup.rules',
    ],
    [
      'with migrations through a new proxy in an existing group',
      withDatabase({
        server: existingInstance,
        proxy: { ...proxyWithIam, securityGroup: printed },
        migrator: 'migrator',
      }),
      'database.proxy.securityGroup.rules',
    ],
    [
      'with a master user, who passes the proxy',
      withDatabase({
        server: { ...printedInstance, masterSecretArn: MASTER_SECRET_ARN },
        proxy: { ...proxyWithIam, securityGroup: printed },
      }),
      'database.server.securityGroup.rules',
    ],
    [
      'with a master user and without a proxy',
      withDatabase({ server: { ...printedInstance, masterSecretArn: MASTER_SECRET_ARN }, proxy: { kind: 'none' } }),
      'database.server.securityGroup.rules',
    ],
  ])('%s', (_, environment, path) => {
    expect(problemsOf(environment)).toEqual([[path, expect.stringContaining('cannot be added before')]]);
  });
});

describe('a rule that another person must add is accepted', () => {
  test.each([
    ['where nothing connects during the deployment', withDatabase({ proxy: existingProxy })],
    [
      'for a group of functions that exists',
      { ...withDatabase({ proxy: existingProxy, migrator: 'migrator' }), network: functions },
    ],
    [
      'for a master user in a group of functions that exists',
      {
        ...withDatabase({
          server: { ...printedInstance, masterSecretArn: MASTER_SECRET_ARN },
          proxy: { ...proxyWithIam, securityGroup: printed },
        }),
        network: functions,
      },
    ],
    [
      'for a group of a new proxy that exists',
      withDatabase({ server: printedInstance, proxy: { ...proxyWithIam, securityGroup: printed } }),
    ],
  ])('%s', (_, environment) => {
    expect(problemsOf(environment)).toEqual([]);
  });
});

test('deletion protection is rejected where the database goes with its deployment', () => {
  const environment = withDatabase({ server: { kind: 'new', deletionProtection: true }, proxy: proxyWithIam });
  const problem = ['database.server.deletionProtection', expect.stringContaining('the database goes with')];

  expect(problemsOf(environment)).toEqual([]);
  expect(problemsOf(environment, sandbox)).toEqual([problem]);
  expect(problemsOf({ ...environment, removalPolicy: 'destroy' })).toEqual([problem]);
});

test('a read-only endpoint is rejected with the reason', () => {
  const { database } = exampleEnvironment;
  const environment = {
    ...exampleEnvironment,
    database: {
      ...database,
      proxy: { ...database.proxy, readOnlyEndpoint: 'readers.endpoint.proxy-c1.eu-west-1.rds.amazonaws.com' },
    },
  };

  expect(problemsOf(environment)).toEqual([
    ['database.proxy.readOnlyEndpoint', 'no such field: no function sent a statement to a read-only endpoint'],
  ]);
});
