import { broken, refusal } from '@vpc-postgres/testing/support/configuration.js';
import { combinations } from '@vpc-postgres/testing/support/deployments.js';
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
import { chooseEnvironment } from '../../../src/configuration/choose-environment.js';
import type { Environment } from '../../../src/configuration/environment.js';

const MAIN = { type: 'branch', name: 'main' };

const createdDatabase = withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam });
const createdEverything: Environment = { ...createdDatabase, network: { kind: 'new' } };
const newProxyWithMigrator = withDatabase({
  migrator: 'migrator',
  server: existingInstance,
  proxy: { kind: 'new', auth: { kind: 'secret', secretArn: SECRET_ARN, migratorSecretArn: MIGRATOR_SECRET_ARN } },
});
const withoutProxy = withDatabase({ server: existingInstance, proxy: { kind: 'none' } });
const withEgress = (egress: unknown) =>
  ({ ...exampleEnvironment, network: { ...exampleNetwork, egress } }) as Environment;
const monitored: Environment = { ...exampleEnvironment, monitoring: { alarmEmails: ['on-call@example.com'] } };

/** What is wrong; where; the value, undefined for one that is missing; what the message says is expected; in what environment. */
type Wrong = [what: string, path: string, value: unknown, expected: RegExp, base?: Environment];

/** Values that are wrong in themselves. */
const MALFORMED: readonly Wrong[] = [
  ['a wildcard to migrate as', 'database.migrator', '*', /no wildcard/],
  ['a secret by its name', 'database.proxy.auth.migratorSecretArn', 'migrator', /the complete ARN/, newProxyToInstance],
  ['an account of eleven digits', 'account', '11112222333', /12 digits/],
  ['an account that is a number', 'account', 111122223333, /12 digits/],
  ['a zone instead of a region', 'region', 'eu-west-1a', /the region of the VPC/],
  ['no network', 'network', undefined, /kind: 'existing' or kind: 'new'/],
  ['a network of no kind', 'network.kind', undefined, /'existing' or 'new'/],
  ['a subnet as VPC', 'network.vpc.id', 'subnet-0a1b2c3d4e5f60718', /vpc- and 8 or 17/],
  ['a VPC by id and by name', 'network.vpc', { id: 'vpc-0a1b2c3d4e5f60718', name: 'shared' }, /\{ id: .* \}, \{ name/],
  ['a VPC by no tag', 'network.vpc', { tags: {} }, /one or more tags/],
  ['no subnet choice', 'network.subnets', {}, /\{ type: 'isolated' \}/],
  ['two subnet choices', 'network.subnets', { type: 'isolated', group: 'Database' }, /\{ type: 'isolated' \}/],
  ['public subnets', 'network.subnets.type', 'public', /'isolated' or 'withEgress'/],
  ['one subnet', 'network.subnets', { ids: ['subnet-0000000a'] }, /two or more different subnet ids/],
  ['a subnet twice', 'network.subnets', { ids: ['subnet-0000000a', 'subnet-0000000a'] }, /two or more different/],
  ['an unknown egress', 'network.egress', { kind: 'internet' }, /'none', 'endpoints' or 'nat'/],
  [
    'a gateway endpoint of SSM',
    'network.egress',
    { kind: 'endpoints', gateways: [{ service: 'ssm' }] },
    /'s3' or 'dynamodb'/,
  ],
  ['three NAT gateways', 'network.egress', { kind: 'nat', gateways: 3 }, /for nat 1 or 2/],
  [
    'a full service name',
    'network.egress',
    { kind: 'endpoints', interfaces: [{ service: 'com.amazonaws.eu-west-1.SSM' }] },
    /without com\.amazonaws/,
  ],
  [
    'a security group without its owner’s word',
    'network.functionSecurityGroup',
    { id: 'sg-0000000a' },
    /'add' or 'print'/,
  ],
  ['a range that is too small', 'network.cidr', '10.0.0.0/26', /\/16 to \/24/, createdEverything],
  ['an address that is none', 'network.cidr', '10.0.0.300/16', /\/16 to \/24/, createdEverything],
  ['one zone twice', 'network.availabilityZones', ['eu-west-1a', 'eu-west-1a'], /two different/, createdEverything],
  ['a wildcard as database user', 'database.user', '*', /no wildcard/],
  ['an empty database name', 'database.name', '', /name of the PostgreSQL database/],
  ['an unknown kind of proxy', 'database.proxy.kind', 'shared', /'existing', 'new' or 'none'/],
  [
    'a proxy’s name instead of its id',
    'database.proxy.proxyArn',
    'arn:aws:rds:eu-west-1:111122223333:db-proxy:orders',
    /prx-…/,
  ],
  ['an endpoint of our own', 'database.proxy.endpoint', 'db.example.com', /the host name that RDS gave/],
  [
    'an endpoint with a port',
    'database.proxy.endpoint',
    'a.proxy-c1.eu-west-1.rds.amazonaws.com:5432',
    /without scheme and port/,
  ],
  ['a group name', 'database.proxy.securityGroup.id', 'proxy', /sg- and 8 or 17/],
  ['a misspelt field', 'database.proxy.securtyGroup', 'sg-0d1e2f3a4b5c60798', /no such field/],
  ['a field of the form before', 'network.vpcId', 'vpc-0a1b2c3d4e5f60718', /no such field/],
  ['an unknown kind of server', 'database.server.kind', 'table', /'instance', 'cluster' or 'new'/, newProxyToInstance],
  [
    'an ARN as identifier',
    'database.server.instanceIdentifier',
    'arn:aws:rds:eu-west-1:111122223333:db:orders',
    /identifier of a DB instance/,
    newProxyToInstance,
  ],
  [
    'the id of a cluster on an instance',
    'database.server.resourceId',
    'cluster-ABCDEFGHIJKL',
    /db-… of an instance/,
    newProxyToInstance,
  ],
  [
    'an incomplete secret ARN',
    'database.proxy.auth.secretArn',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app',
    /complete ARN/,
    newProxyToInstance,
  ],
  ['a password', 'database.proxy.auth', { kind: 'password', password: 'x' }, /'iam' or 'secret'/, newProxyToInstance],
  ['all connections and more', 'database.proxy.maxConnectionsPercent', 101, /1 to 100/, newProxyToInstance],
  [
    'a borrow timeout above the client’s',
    'database.proxy.borrowTimeoutSeconds',
    8,
    /less than the 8 s/,
    newProxyToInstance,
  ],
  ['an idle timeout in seconds', 'database.proxy.idleClientTimeoutMinutes', 1800, /1 to 480/, newProxyToInstance],
  ['a port below 1150', 'database.server.port', 1024, /1150 to 65535/, newProxyToInstance],
  ['a class with its prefix', 'database.server.instanceType', 'db.t4g.small', /without db\./, createdDatabase],
  ['no backups', 'database.server.backupRetentionDays', 0, /1 to 35/, createdDatabase],
  [
    'an SQL data source whose secret is a name',
    'sqlDataSource',
    { secretArn: 'orders/sql-data-source' },
    /complete ARN of a secret/,
  ],
  [
    'an SQL data source with a password',
    'sqlDataSource',
    { secretArn: SQL_SECRET_ARN, password: 'x' },
    /no such field/,
  ],
  ['no concurrency', 'limits.reservedConcurrency', 0, /1 to 1000/],
  ['an unknown removal policy', 'removalPolicy', 'snapshot', /'retain' or 'destroy'/],
  ['no address', 'monitoring.alarmEmails', [], /one or more different e-mail/, monitored],
  ['a retention that CloudWatch lacks', 'monitoring.logRetentionDays', 31, /one of 1, 3, 5/, monitored],
  [
    'an unknown guardrail',
    'acknowledgements',
    [{ guardrail: 'everything', reason: 'Because it is so much easier.' }],
    /one of public-subnet, /,
  ],
  [
    'a reason that says nothing',
    'acknowledgements',
    [{ guardrail: 'one-zone', reason: 'because' }],
    /20 characters or more/,
  ],
];

/** The fields below the one that was replaced, where a whole object was. */
const DEEPER: Readonly<Record<string, string>> = {
  'a VPC by no tag': '.tags',
  'one subnet': '.ids',
  'a subnet twice': '.ids',
  'an unknown egress': '.kind',
  'a gateway endpoint of SSM': '.gateways.0.service',
  'three NAT gateways': '.gateways',
  'a full service name': '.interfaces.0.service',
  'a security group without its owner’s word': '.rules',
  'a password': '.kind',
  'an SQL data source whose secret is a name': '.secretArn',
  'an SQL data source with a password': '.password',
  'an unknown guardrail': '.0.guardrail',
  'a reason that says nothing': '.0.reason',
};

test.each(MALFORMED)('%s is refused at %s', (what, path, value, expected, base) => {
  const { problems } = refusal(broken(path, value, base), MAIN);

  expect(problems).toEqual([
    {
      path: `environments.main.${path}${DEEPER[what] ?? ''}`,
      got: expect.stringMatching(/./),
      expected: expect.stringMatching(expected),
      fix: expect.stringMatching(/^[a-z][^.]+/),
    },
  ]);
  const shown = DEEPER[what] === undefined && problems[0]?.expected !== 'no such field';
  if (shown) expect(problems[0]?.got).toBe(value === undefined ? 'nothing' : JSON.stringify(value));
});

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
    'a read-only endpoint of another region',
    'database.proxy.readOnlyEndpoint',
    'r.endpoint.proxy-c1.us-east-1.rds.amazonaws.com',
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
    'a read-only endpoint of an instance',
    'database.proxy.readOnlyEndpoint',
    true,
    /readers of an Aurora cluster only/,
    newProxyToInstance,
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
  ['the master user', 'database.user', 'postgres', /a user of the application/, createdDatabase],
  ['the master user to migrate', 'database.migrator', 'postgres', /a user of the application/, createdDatabase],
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

test('an existing proxy in a VPC that is yet to be created is refused', () => {
  const { problems } = refusal({ main: { ...exampleEnvironment, network: { kind: 'new' } } }, MAIN);

  expect(problems).toEqual([
    {
      path: 'environments.main.database.server.kind',
      got: 'nothing, and a proxy of kind "existing"',
      expected: "'new': a created VPC is empty, so nothing that exists is in it",
      fix: "create the database too, or choose network: { kind: 'existing', … }",
    },
  ]);
});

test.each([
  ['no endpoint', { kind: 'endpoints', gateways: [] }, 'network.egress', 'no endpoint'],
  [
    'a service twice',
    { kind: 'endpoints', interfaces: [{ service: 'ssm' }, { service: 'ssm' }] },
    'network.egress.interfaces.1.service',
    '"ssm"',
  ],
])('egress by endpoints with %s is refused', (_what, egress, path, got) => {
  const { problems } = refusal({ main: withEgress(egress) }, MAIN);

  expect(problems).toMatchObject([{ path: `environments.main.${path}`, got }]);
});

test('an endpoint that exists in a VPC that is yet to be created is refused', () => {
  const egress = {
    kind: 'endpoints',
    gateways: [{ service: 's3', existing: true }],
    interfaces: [{ service: 'ssm', existing: { id: 'sg-0aaaaaaaaaaaaaaaa', rules: 'add' } }],
  } as const;
  const { problems } = refusal({ main: { ...createdEverything, network: { kind: 'new', egress } } }, MAIN);

  expect(problems.map(({ path }) => path)).toEqual([
    'environments.main.network.egress.gateways.0.existing',
    'environments.main.network.egress.interfaces.0.existing',
  ]);
});

test('an SQL data source in a VPC that is yet to be created is refused, with the ways out', () => {
  const { problems } = refusal({ main: withSqlDataSource(createdEverything) }, MAIN);

  expect(problems).toEqual([
    {
      path: 'environments.main.sqlDataSource',
      got: 'one, and a network of kind "new"',
      expected: expect.stringContaining('before anything is created'),
      fix: expect.stringContaining("network: { kind: 'existing', … }; or remove sqlDataSource"),
    },
  ]);
});

test('a number of NAT gateways for a VPC that has its own is refused', () => {
  const { problems } = refusal({ main: withEgress({ kind: 'nat', gateways: 2 }) }, MAIN);

  expect(problems.map(({ path }) => path)).toEqual([
    'environments.main.network.subnets.type',
    'environments.main.network.egress.gateways',
  ]);
});

test('a sandbox with removalPolicy retain, or with monitoring, is rejected', () => {
  const { problems } = refusal(
    { sandbox: { ...monitored, removalPolicy: 'retain' } },
    { type: 'sandbox', name: 'alice' },
  );

  expect(problems.map(({ path }) => path)).toEqual([
    'environments.sandbox.monitoring',
    'environments.sandbox.removalPolicy',
  ]);
});

test('a field and a kind of an earlier version are rejected with the words that take their place', () => {
  const created = { kind: 'created' };
  const old = { ...exampleEnvironment, network: created, onDelete: 'keep' } as unknown as Environment;

  expect(refusal({ main: old }, MAIN).problems).toMatchObject([
    { path: 'environments.main.network.kind', got: '"created"', expected: "'existing' or 'new'" },
    { path: 'environments.main.onDelete', expected: expect.stringContaining('removalPolicy') },
  ]);
});

test('an acknowledgement of the same guardrail twice is refused', () => {
  const acknowledgement = { guardrail: 'one-zone', reason: 'There is one zone in the outpost.' } as const;
  const { problems } = refusal(
    { main: { ...exampleEnvironment, acknowledgements: [acknowledgement, acknowledgement] } },
    MAIN,
  );

  expect(problems).toMatchObject([
    { path: 'environments.main.acknowledgements', expected: expect.stringContaining('once') },
  ]);
});

test('every problem is told at once, in the order of the fields', () => {
  const main = {
    ...exampleEnvironment,
    account: '1',
    region: 'Ireland',
    database: { ...exampleEnvironment.database, user: '' },
  };

  expect(refusal({ main }, MAIN).problems.map(({ path }) => path)).toEqual([
    'environments.main.account',
    'environments.main.region',
    'environments.main.database.user',
  ]);
});

test('what stands in a field that does not exist is not printed: it may be a password', () => {
  const { message } = refusal(broken('database.proxy.password', 'hunter2-hunter2', newProxyToInstance), MAIN);

  expect(message).toContain('environments.main.database.proxy.password');
  expect(message).not.toContain('hunter2');
});

test.each(combinations)('accepted: $title', ({ environment }) => {
  expect(chooseEnvironment({ main: environment }, MAIN, { account: undefined, region: undefined })).toBe(environment);
});
