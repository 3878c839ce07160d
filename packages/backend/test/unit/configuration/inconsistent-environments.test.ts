import { broken, refusal } from '@vpc-postgres/testing/support/configuration.js';
import {
  exampleEnvironment,
  exampleNetwork,
  existingInstance,
  MIGRATOR_SECRET_ARN,
  newProxyToCluster,
  newProxyToInstance,
  proxyWithIam,
  SECRET_ARN,
  SQL_SECRET_ARN,
  withDatabase,
  withSqlDataSource,
} from '@vpc-postgres/testing/support/environments.js';
import { expect, test } from 'vitest';
import type { Environment } from '../../../src/configuration/environment.js';

const MAIN = { type: 'branch', namespace: 'd1example', name: 'main' } as const;

const createdDatabase = withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam });
const createdEverything: Environment = { ...createdDatabase, network: { kind: 'new' } };
const newProxyWithMigrator = withDatabase({
  migrator: 'migrator',
  server: existingInstance,
  proxy: { kind: 'new', auth: { kind: 'secret', secretArn: SECRET_ARN, migratorSecretArn: MIGRATOR_SECRET_ARN } },
});
const MASTER_SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-0a1b2c3d-AbC123';
const prepared = withDatabase({
  server: { ...existingInstance, masterSecretArn: MASTER_SECRET_ARN },
  proxy: proxyWithIam,
});
const withoutProxy = withDatabase({ server: existingInstance, proxy: { kind: 'none' } });
const withEgress = (egress: unknown) =>
  ({ ...exampleEnvironment, network: { ...exampleNetwork, egress } }) as Environment;

/** What is wrong; where; the value, undefined for one that is missing; what the message says is expected; in what environment. */
type Wrong = [what: string, path: string, value: unknown, expected: RegExp, base?: Environment];

/** Where the problem of a value shows that is the cause of it elsewhere. */
const SHOWN_AT: Readonly<Record<string, string>> = {
  'a migrator whose password is in no secret': 'database.proxy.auth.migratorSecretArn',
};

/** Values that are well-formed and do not go together. */
const INCONSISTENT: readonly Wrong[] = [
  [
    'a proxy of another account',
    'database.proxy.proxyArn',
    'arn:aws:rds:eu-west-1:999999999999:db-proxy:prx-0123456789abcdef0',
    /account 111122223333 in eu-west-1/,
  ],
  [
    'an endpoint of another region',
    'database.proxy.endpoint',
    'orders.proxy-c1d2e3f4g5h6.us-east-1.rds.amazonaws.com',
    /in eu-west-1/,
  ],
  [
    'a secret of another region',
    'database.proxy.auth.secretArn',
    'arn:aws:secretsmanager:us-east-1:111122223333:secret:app-AbC123',
    /in eu-west-1/,
    newProxyToInstance,
  ],
  [
    'an SQL data source whose secret is in another region',
    'sqlDataSource.secretArn',
    SQL_SECRET_ARN.replace('eu-west-1', 'us-east-1'),
    /in eu-west-1/,
    withSqlDataSource(exampleEnvironment),
  ],
  [
    'an SQL data source that signs in as the functions do',
    'sqlDataSource.secretArn',
    SECRET_ARN,
    /a secret of its own/,
    withSqlDataSource(newProxyToInstance),
  ],
  [
    'an SQL data source that signs in as the migrations do',
    'sqlDataSource.secretArn',
    MIGRATOR_SECRET_ARN,
    /a secret of its own/,
    withSqlDataSource(newProxyWithMigrator),
  ],
  [
    'a database of another region',
    'database.server.endpoint',
    'orders-db.c1.us-east-1.rds.amazonaws.com',
    /in eu-west-1/,
    withoutProxy,
  ],
  ['a proxy without its database', 'database.server', undefined, /'instance', 'cluster' or 'new'/, newProxyToInstance],
  [
    'a database behind a proxy that has one',
    'database.server',
    existingInstance,
    /an existing proxy has its database already/,
  ],
  [
    'IAM end to end without the database’s resource id',
    'database.server.resourceId',
    undefined,
    /the proxy signs in to the database with IAM/,
    withDatabase({ server: existingInstance, proxy: proxyWithIam }),
  ],
  [
    'a password of no secret',
    'database.proxy.auth.secretArn',
    undefined,
    /the complete ARN of the secret/,
    newProxyToCluster,
  ],
  [
    'no proxy and no resource id',
    'database.server.resourceId',
    undefined,
    /sign in to the database itself/,
    withoutProxy,
  ],
  ['no proxy and no endpoint', 'database.server.endpoint', undefined, /sign in to the database itself/, withoutProxy],
  [
    'no proxy and no limit',
    'database.server.maxConnections',
    undefined,
    /sign in to the database itself/,
    withoutProxy,
  ],
  ['another user than the one that is created', 'database.user', 'postgres', /"app", the user that/, createdDatabase],
  [
    'another migrator than the one that is created',
    'database.migrator',
    'dba',
    /"migrator", the user that/,
    createdDatabase,
  ],
  ['another user in a server that the deployment prepares', 'database.user', 'web', /"app", the user that/, prepared],
  [
    'a server to prepare without its endpoint',
    'database.server.endpoint',
    undefined,
    /a value, because the master user connects to the database itself/,
    prepared,
  ],
  [
    'a master user whose secret is not named',
    'database.server.masterUsername',
    'dba',
    /nothing without masterSecretArn/,
    newProxyToInstance,
  ],
  [
    'the key of a master secret that is not named',
    'database.server.masterSecretKmsKeyArn',
    'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000',
    /nothing without masterSecretArn/,
    newProxyToInstance,
  ],
  [
    'a master secret of another region',
    'database.server.masterSecretArn',
    'arn:aws:secretsmanager:eu-central-1:111122223333:secret:rds!db-0a1b2c3d-AbC123',
    /one of account 111122223333 in eu-west-1/,
    prepared,
  ],
  [
    'the master user’s secret for the SQL data source',
    'sqlDataSource.secretArn',
    MASTER_SECRET_ARN,
    /a secret of its own/,
    {
      ...prepared,
      sqlDataSource: { secretArn: SQL_SECRET_ARN },
    },
  ],
  ['one user to serve and to migrate', 'database.migrator', 'app', /another user than database\.user/],
  [
    'a migrator whose password is in no secret',
    'database.migrator',
    'migrator',
    /the complete ARN of the secret with the name and password of database\.migrator/,
    newProxyToInstance,
  ],
  [
    'a secret of a migrator that there is not',
    'database.proxy.auth.migratorSecretArn',
    MIGRATOR_SECRET_ARN,
    /nothing without database\.migrator/,
    newProxyToInstance,
  ],
  [
    'a secret for the migrator of a created database',
    'database.proxy.auth.migratorSecretArn',
    MIGRATOR_SECRET_ARN,
    /a created database gets secrets of its own/,
    withDatabase({ server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'secret' } } }),
  ],
  ['a database name that RDS refuses', 'database.name', 'my-app', /as RDS asks/, createdDatabase],
  [
    'IAM on an instance too small for it',
    'database.server.instanceType',
    't4g.micro',
    /300 to 1000 MiB/,
    createdDatabase,
  ],
  [
    'isolated subnets and NAT',
    'network.subnets.type',
    'isolated',
    /a route to a NAT gateway/,
    withEgress({ kind: 'nat' }),
  ],
  [
    'zones of another region',
    'network.availabilityZones.0',
    'us-east-1a',
    /in eu-west-1/,
    { ...createdEverything, network: { kind: 'new', availabilityZones: ['eu-west-1a', 'eu-west-1b'] } },
  ],
];

test.each(INCONSISTENT)('%s is refused at %s', (what, path, value, expected, base) => {
  const { problems } = refusal(broken(path, value, base), MAIN);

  const shownAt = SHOWN_AT[what];
  expect(problems).toEqual([
    {
      path: `environments.main.${shownAt ?? path}`,
      got: value === undefined || shownAt !== undefined ? 'nothing' : JSON.stringify(value),
      expected: expect.stringMatching(expected),
      fix: expect.stringMatching(/^[a-z][^.]+/),
    },
  ]);
});
