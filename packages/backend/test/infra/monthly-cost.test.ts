import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { egressContext } from '@vpc-postgres/testing/support/deployments.js';
import {
  exampleEnvironment,
  existingInstance,
  newProxyToCluster,
  proxyWithIam,
  withDatabase,
  withSqlDataSource,
} from '@vpc-postgres/testing/support/environments.js';
import { readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { branch, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/configuration/environment.js';
import { estimateMonthlyCost, type MonthlyCost } from '../../src/cost/monthly-cost.js';
import type { Template } from '../../src/testing/templates.js';

/** What a month costs by the templates that the backend makes. Each figure is worked out by hand in docs/costs.md. */
async function estimate(environment: Environment): Promise<MonthlyCost> {
  const synthesis = await synthesize(branch('main'), {
    environments: { main: environment },
    cachedContext: { ...readProjectContext(), ...egressContext },
    bundle: false,
  });
  return estimateMonthlyCost(templatesOf(synthesis), environment, environment.region, 2);
}

const templatesOf = ({ files }: Synthesis) => [...files.values()].map((text): Template => JSON.parse(text));

const costs = ({ items }: MonthlyCost) => items.map(({ what, usd }) => [what, usd]);
const changes = ({ alternatives }: MonthlyCost) => alternatives.map(({ changeUsd }) => changeUsd);

const REQUESTS = ['1,000,000 requests of 100 ms to a function of 1024 MB on arm64', 1.53];
const LOGS = ['their logs, 1 GB, kept for a month', 0.53];

const { name, user } = exampleEnvironment.database;

describe('a month of five environments, to the cent', () => {
  test('1. an existing proxy in an existing VPC', async () => {
    const cost = await estimate(exampleEnvironment);

    expect(costs(cost)).toEqual([REQUESTS, LOGS]);
    expect(cost).toMatchObject({ pricesOf: 'us-east-1', totalUsd: 2.06 });
    expect(cost.notCounted[0]).toBe('the existing proxy and its database: their owner pays for them');
    expect(changes(cost)).toEqual([0, 14.6, 36.5]);
  });

  test('2. a new proxy before an existing Aurora cluster', async () => {
    const cost = await estimate(newProxyToCluster);

    expect(costs(cost)).toEqual([
      ['RDS Proxy for 2 vCPUs, the least; on Aurora Serverless v2 87.60, for 8 ACUs, the least', 21.9],
      REQUESTS,
      LOGS,
    ]);
    expect(cost.totalUsd).toBe(23.96);
    expect(cost.notCounted[0]).toBe('the existing database: its owner pays for it');
    expect(changes(cost)).toEqual([-21.9, 0, 14.6, 36.5]);
  });

  test('3. a created database behind a proxy in a created VPC', async () => {
    const cost = await estimate({
      ...withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam }),
      network: { kind: 'new' },
    });

    expect(costs(cost)).toEqual([
      ['RDS Proxy for 2 vCPUs', 21.9],
      ['database db.t4g.small', 23.36],
      ['its storage, 20 GiB', 2.3],
      ['its backups up to 20 GiB, and 0.095 for each GiB beyond', 0],
      ['1 secret', 0.4],
      REQUESTS,
      LOGS,
    ]);
    expect(cost.totalUsd).toBe(50.02);
    expect(cost.notCounted).toHaveLength(1);
    expect(changes(cost)).toEqual([-21.9, 26.39, 0, 14.6, 36.5]);
  });

  test('4. a created database in two zones without a proxy, and a NAT gateway in each', async () => {
    const cost = await estimate({
      ...withDatabase({ server: { kind: 'new', multiAz: true }, proxy: { kind: 'none' } }),
      network: { kind: 'new', egress: { kind: 'nat', gateways: 2 } },
    });

    expect(costs(cost)).toEqual([
      ['database db.t4g.small with a standby', 47.45],
      ['its storage, 20 GiB in each of two zones', 4.6],
      ['its backups up to 20 GiB, and 0.095 for each GiB beyond', 0],
      ['2 NAT gateways', 65.7],
      ['2 public IPv4 addresses', 7.3],
      ['1 secret', 0.4],
      REQUESTS,
      LOGS,
    ]);
    expect(cost.totalUsd).toBe(127.51);
    expect(changes(cost)).toEqual([21.9, -26.39, -36.5, -58.4, -73, -73]);
  });

  test('5. in London: a created database with passwords, and an interface endpoint', async () => {
    const cost = await estimate({
      ...exampleEnvironment,
      region: 'eu-west-2',
      network: { kind: 'new', egress: { kind: 'endpoints', interfaces: [{ service: 'sqs' }] } },
      database: { name, user, server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'secret' } } },
    });

    expect(costs(cost)).toEqual([
      ['RDS Proxy for 2 vCPUs', 24.82],
      ['database db.t4g.small', 26.28],
      ['its storage, 20 GiB', 2.66],
      ['its backups up to 20 GiB, and 0.1 for each GiB beyond', 0],
      ['interface endpoint of sqs in 2 zones', 16.06],
      ['3 secrets', 1.2],
      REQUESTS,
      ['their logs, 1 GB, kept for a month', 0.63],
    ]);
    expect(cost).toMatchObject({ pricesOf: 'eu-west-2', totalUsd: 73.18 });
    // The price of a standby in London is not known.
    expect(changes(cost)).toEqual([-24.82, -8.03, 24.09, -16.06, -16.06]);
  });
});

test('the endpoint of the SQL data source is paid for, and going without it saves that', async () => {
  const cost = await estimate(withSqlDataSource(exampleEnvironment));

  expect(costs(cost)[0]).toEqual(['interface endpoint of ssm in 2 zones', 14.6]);
  expect(cost.totalUsd).toBe(16.66);
  expect(changes(cost)).toEqual([0, 14.6, 36.5, -14.6]);
});

test('egress that exists costs for each gigabyte only', async () => {
  const { network } = exampleEnvironment;
  if (network.kind !== 'existing') throw new Error('The example has an existing VPC.');
  const nat = await estimate({
    ...exampleEnvironment,
    network: { ...network, subnets: { type: 'withEgress' }, egress: { kind: 'nat' } },
  });

  expect(nat.items[0]).toEqual({ part: 'egress', what: 'the existing NAT gateway', usd: 0, usdPerGigabyte: 0.045 });
  expect(changes(nat)).toEqual([14.6]);
});

test('egress over IPv6 costs nothing', async () => {
  const cost = await estimate({
    ...withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam }),
    network: { kind: 'new', egress: { kind: 'ipv6' } },
  });

  expect(cost.totalUsd).toBe(50.02);
  expect(changes(cost)).toEqual([-21.9, 26.39, 14.6, 36.5]);
});

test('a regional NAT gateway costs what a zonal one in each zone does, with an address in each', async () => {
  const cost = await estimate({
    ...withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam }),
    network: { kind: 'new', egress: { kind: 'nat', gateways: 'regional' } },
  });

  expect(costs(cost).slice(4, 6)).toEqual([
    ['a regional NAT gateway in 2 zones', 65.7],
    ['2 public IPv4 addresses', 7.3],
  ]);
  expect(cost.totalUsd).toBe(123.02);
  expect(changes(cost)).toEqual([-21.9, 26.39, -36.5, -58.4, -73, -73]);
});

test('a proxy before an instance that exists says what a larger one costs', async () => {
  const cost = await estimate(withDatabase({ server: existingInstance, proxy: proxyWithIam }));

  expect(costs(cost)[0]).toEqual([
    'RDS Proxy for 2 vCPUs, the least; 10.95 for each further vCPU of the database',
    21.9,
  ]);
});
