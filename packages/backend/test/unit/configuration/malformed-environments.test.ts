import { broken, refusal } from '@vpc-postgres/testing/support/configuration.js';
import {
  exampleEnvironment,
  newProxyToInstance,
  proxyWithIam,
  SQL_SECRET_ARN,
  withDatabase,
} from '@vpc-postgres/testing/support/environments.js';
import { expect, test } from 'vitest';
import type { Environment } from '../../../src/configuration/environment.js';

const MAIN = { type: 'branch', namespace: 'd1example', name: 'main' } as const;

const createdDatabase = withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam });
const createdEverything: Environment = { ...createdDatabase, network: { kind: 'new' } };
const monitored: Environment = { ...exampleEnvironment, monitoring: { alarmEmails: ['on-call@example.com'] } };

/** What is wrong; where; the value, undefined for one that is missing; what the message says is expected; in what environment. */
type Wrong = [what: string, path: string, value: unknown, expected: RegExp, base?: Environment];

/** Values that are wrong in themselves. */
const MALFORMED: readonly Wrong[] = [
  ['a wildcard to migrate as', 'database.migrator', '*', /no wildcard/],
  [
    'a master secret by its name',
    'database.server.masterSecretArn',
    'rds!db-1',
    /the complete ARN/,
    newProxyToInstance,
  ],
  [
    'a wildcard as master user',
    'database.server.masterUsername',
    '*',
    /the name of the master user/,
    newProxyToInstance,
  ],
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
  [
    'two subnet choices',
    'network.subnets',
    { type: 'isolated', subnetGroupName: 'Database' },
    /\{ type: 'isolated' \}/,
  ],
  ['public subnets', 'network.subnets.type', 'public', /'isolated' or 'withEgress'/],
  ['one subnet', 'network.subnets', { ids: ['subnet-0000000a'] }, /two or more different subnet ids/],
  ['a subnet twice', 'network.subnets', { ids: ['subnet-0000000a', 'subnet-0000000a'] }, /two or more different/],
  ['an unknown egress', 'network.egress', { kind: 'internet' }, /'none', 'endpoints', 'nat' or 'ipv6'/],
  [
    'a gateway endpoint of SSM',
    'network.egress',
    { kind: 'endpoints', gateways: [{ service: 'ssm' }] },
    /'s3' or 'dynamodb'/,
  ],
  ['three NAT gateways', 'network.egress', { kind: 'nat', gateways: 3 }, /for nat 1, 2 or 'regional'/],
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
    /db-… where kind is 'instance'/,
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
  const shown = DEEPER[what] === undefined && !problems[0]?.expected.startsWith('no such field');
  if (shown) expect(problems[0]?.got).toBe(value === undefined ? 'nothing' : JSON.stringify(value));
});
