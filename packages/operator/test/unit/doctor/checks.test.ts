import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkInterface, Route } from '@aws-sdk/client-ec2';
import type { DBProxyTarget } from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { newProxyToInstance } from '@vpc-postgres/testing/support/environments.js';
import { expect, test } from 'vitest';
import type { Finding, Outcome } from '../../../src/doctor/check.js';
import { CHECK_IDS, type CheckId } from '../../../src/doctor/check-ids.js';
import { CHECK_GROUPS } from '../../../src/doctor/checks/all.js';
import type { Facts } from '../../../src/doctor/facts.js';
import { alarms, functionConfiguration, healthy, instances, proxies, targets } from './sample-facts.js';

const checks = CHECK_GROUPS.flatMap((group) => group.checks);
const DOCS = join(import.meta.dirname, '../../../../../docs');

const run = (id: CheckId, changes: Partial<Facts>): Outcome =>
  checks.find((check) => check.id === id)?.run({ ...healthy, ...changes });
const problems = (outcome: Outcome): string[] =>
  Array.isArray(outcome) ? (outcome as readonly Finding[]).map(({ problem }) => problem) : [];

test('there is a check for each id, in this order, and no other', () => {
  expect(checks.map(({ id }) => id)).toEqual([...CHECK_IDS]);
});

const TABLE = readFileSync(join(import.meta.dirname, '../../../docs/doctor.md'), 'utf8');

test.each(checks.map(({ id, title, breaks }) => [id, title, breaks]))(
  '%s is in docs/doctor.md',
  (id, title, breaks) => {
    expect(TABLE).toContain(`| \`${id}\` ${title} | ${breaks} | `);
  },
);

const anchorsOf = (page: string) =>
  [...readFileSync(join(DOCS, page), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/ /g, '-'),
  );

test.each(checks.map(({ id, page }) => [id, page]))('%s links to %s, which is there', (_, link) => {
  const [page = '', anchor] = link.split('#');

  expect(existsSync(join(DOCS, page))).toBe(true);
  if (anchor !== undefined) expect(anchorsOf(page)).toContain(anchor);
});

test.each(checks.map(({ id, breaks, title }) => [id, breaks, title]))(
  '%s says in one sentence what breaks',
  (_, breaks, title) => {
    expect(breaks).toMatch(/^[A-Z].*\.$/);
    expect(title.length).toBeLessThan(30);
  },
);

test('the healthy sample has nothing wrong', () => {
  const found = checks.flatMap((check) => problems(check.run(healthy)));

  expect(found).toEqual([]);
});

test('with egress over IPv6 each subnet of the functions needs a route that leads somewhere', () => {
  const [VpcId, SubnetId] = ['vpc-0a1b2c3d4e5f60718', 'subnet-0c30000000000000a'];
  const { network } = healthy.environment;
  const subnets = { ids: [SubnetId, 'subnet-0c30000000000000b'] };
  const environment = {
    ...healthy.environment,
    network: { ...network, subnets, egress: { kind: 'ipv6' } },
  } as Environment;
  const through = (Routes: Route[]) =>
    run('ipv6-route', {
      environment,
      subnets: [{ SubnetId, VpcId }],
      routeTables: [{ RouteTableId: 'rtb-0a', VpcId, Associations: [{ SubnetId }], Routes }],
    });
  const out: Route = { DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: 'eigw-0a', State: 'active' };

  expect(through([out])).toBe('each subnet has one to ::/0');
  expect(through([{ ...out, State: 'blackhole' }])).toEqual([
    {
      problem: `${SubnetId} has a route to ::/0 that leads nowhere: eigw-0a is gone.`,
      fix: expect.stringContaining('aws ec2 replace-route --route-table-id rtb-0a --destination-ipv6-cidr-block ::/0'),
    },
  ]);
  expect(problems(through([{ DestinationCidrBlock: '10.20.0.0/16', GatewayId: 'local' }]))).toEqual([
    `${SubnetId} has no route to ::/0 in rtb-0a.`,
  ]);
  expect(run('ipv6-route', {})).toBeUndefined();
});

const target = (health: DBProxyTarget['TargetHealth']) => [{ ...targets.Targets[0], TargetHealth: health }];

test.each([
  ['AUTH_FAILURE', /cannot log in/],
  ['UNREACHABLE', /no packet arrives/],
  ['CONNECTION_FAILED', /accepts no connection/],
  ['PENDING_PROXY_CAPACITY', /is growing/],
  ['INVALID_REPLICATION_STATE', /does not replicate/],
] as const)('a target that is UNAVAILABLE for %s is explained, with AWS’s own words', (Reason, meaning) => {
  const [problem] = problems(
    run('proxy-targets', { targets: target({ State: 'UNAVAILABLE', Reason, Description: 'From AWS.' }) }),
  );

  expect(problem).toMatch(meaning);
  expect(problem).toContain('From AWS.');
});

test('a target that is being registered is a warning', () => {
  expect(run('proxy-targets', { targets: target({ State: 'REGISTERING' }) })).toEqual([
    expect.objectContaining({ severity: 'warning' }),
  ]);
});

test('a proxy that accepts passwords besides tokens is a warning, one that takes no tokens a problem', () => {
  const withAuth = (IAMAuth: 'ENABLED' | 'DISABLED') => ({
    proxies: proxies.DBProxies.map((proxy) => ({ ...proxy, Auth: proxy.Auth.map((auth) => ({ ...auth, IAMAuth })) })),
  });

  expect(run('proxy-iam', withAuth('ENABLED'))).toEqual([expect.objectContaining({ severity: 'warning' })]);
  expect(run('proxy-iam', withAuth('DISABLED'))).toEqual([
    expect.objectContaining({ problem: expect.stringContaining('IAM is DISABLED for orders/app-AbC123') }),
  ]);
});

test('the certificate of the server itself counts too', () => {
  const ending = instances.DBInstances.map((instance) => ({
    ...instance,
    CertificateDetails: { ValidTill: new Date('2026-12-01T00:00:00Z') },
  }));

  expect(problems(run('database-certificate', { instances: ending }))).toEqual([
    'The certificate of orders-db (rds-ca-rsa2048-g1) expires on 2026-12-01.',
  ]);
});

test('changes that wait for the maintenance window are named', () => {
  const waiting = instances.DBInstances.map((instance) => ({
    ...instance,
    PendingModifiedValues: { DBInstanceClass: 'db.t4g.large' },
  }));

  expect(problems(run('database-restart', { instances: waiting }))).toEqual([
    'orders-db has changes that wait for the maintenance window: DBInstanceClass.',
  ]);
});

test('connections that the database keeps for itself are not counted', () => {
  const parameters = [
    { ParameterName: 'max_connections', ParameterValue: '74' },
    { ParameterName: 'superuser_reserved_connections', ParameterValue: '3' },
  ];

  expect(problems(run('proxy-share', { parameters }))).toEqual([
    'Functions can run 50 times at once, and app can open 49 connections (70 % of 74).',
  ]);
});

test('a function whose last update failed says why', () => {
  const failed = {
    ...functionConfiguration,
    LastUpdateStatus: 'Failed',
    LastUpdateStatusReason: 'No address.',
  } as const;

  expect(problems(run('functions', { functions: [{ configuration: failed, reservedConcurrency: 50 }] }))).toEqual([
    'orders-api has failed. No address.',
  ]);
});

test('an alarm on an expression of two metrics is read, too', () => {
  const environment = { ...healthy.environment, monitoring: { alarmEmails: ['on-call@example.com'] } };
  const elsewhere = JSON.parse(JSON.stringify(alarms.MetricAlarms).replace('"Value":"app"', '"Value":"other"'));

  expect(problems(run('alarm-data', { environment }))).toEqual([]);
  expect(problems(run('alarm-data', { environment, alarms: elsewhere }))).toEqual([
    'ClientConnections watches the proxy other, which this environment does not use.',
  ]);
});

test('network interfaces of Lambda are counted against its quota', () => {
  const networkInterfaces = Array.from(
    { length: 9 },
    (_, index): NetworkInterface => ({
      NetworkInterfaceId: `eni-${index}`,
      InterfaceType: 'lambda',
    }),
  );
  const quotas = { ...healthy.quotas, interfacesPerVpc: 10 };

  expect(problems(run('interface-quota', { networkInterfaces, quotas }))).toHaveLength(1);
  expect(problems(run('interface-quota', { networkInterfaces: networkInterfaces.slice(1), quotas }))).toHaveLength(0);
});

test('a new proxy needs room in the account, until it is there', () => {
  const quotas = { ...healthy.quotas, proxies: 1 };
  const made = { LogicalResourceId: 'Proxy', ResourceType: 'AWS::RDS::DBProxy', PhysicalResourceId: 'app' };
  const resource = { ...made, ResourceStatus: 'CREATE_COMPLETE' as const, LastUpdatedTimestamp: new Date(0) };

  expect(problems(run('proxy-quota', { environment: newProxyToInstance, quotas }))).toHaveLength(1);
  expect(problems(run('proxy-quota', { environment: newProxyToInstance, quotas, resources: [resource] }))).toEqual([]);
});
