import { broken, refusal } from '@vpc-postgres/testing/support/configuration.js';
import { combinations } from '@vpc-postgres/testing/support/deployments.js';
import {
  exampleEnvironment,
  exampleNetwork,
  newProxyToInstance,
  proxyWithIam,
  withDatabase,
  withSqlDataSource,
} from '@vpc-postgres/testing/support/environments.js';
import { expect, test } from 'vitest';
import { chooseEnvironment } from '../../../src/configuration/choose-environment.js';
import type { Environment } from '../../../src/configuration/environment.js';

const MAIN = { type: 'branch', namespace: 'd1example', name: 'main' } as const;

const createdDatabase = withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam });
const createdEverything: Environment = { ...createdDatabase, network: { kind: 'new' } };
const withEgress = (egress: unknown) =>
  ({ ...exampleEnvironment, network: { ...exampleNetwork, egress } }) as Environment;
const monitored: Environment = { ...exampleEnvironment, monitoring: { alarmEmails: ['on-call@example.com'] } };

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
    { type: 'sandbox', namespace: 'orders', name: 'alice' },
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

test('subnets by `group`, as an earlier version had them, are rejected with the name of the field now', () => {
  const { problems } = refusal(broken('network.subnets', { group: 'Database' }), MAIN);

  expect(problems).toMatchObject([
    { path: 'environments.main.network.subnets.group', expected: expect.stringContaining('subnetGroupName') },
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

test('every problem is reported at once, in the order of the fields', () => {
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

test('a proxy whose own name looks like a region is accepted', () => {
  const { main } = broken('database.proxy.endpoint', 'pg-main-1.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com');

  expect(chooseEnvironment({ main: main as Environment }, MAIN, { account: undefined, region: undefined })).toBe(main);
});
