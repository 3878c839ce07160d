import {
  type Combination,
  combinations,
  egressContext,
  ipv6RangesOf,
} from '@vpc-postgres/testing/support/deployments.js';
import {
  exampleEnvironment,
  exampleNetwork,
  newProxyToInstance,
  withDatabase,
} from '@vpc-postgres/testing/support/environments.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { pinnedVpc, readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { branch, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { ofType } from '@vpc-postgres/testing/support/templates.js';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/configuration/environment.js';

/** What the settings of the network do to the templates. */
const deploy = (environment: Environment) =>
  synthesize(branch('main'), {
    environments: { main: environment },
    cachedContext: { ...readProjectContext(), ...egressContext },
    bundle: false,
  });

test.each(
  sample(
    [
      ['An RDS Proxy', newProxyToInstance],
      ['A database', withDatabase({ server: { kind: 'new' }, proxy: { kind: 'none' } })],
    ] as const,
    2,
  ),
)('%s in one zone is refused, whatever is acknowledged', async (what, environment) => {
  const acknowledgements = [{ guardrail: 'one-zone', reason: 'There is one zone in the outpost.' }] as const;
  const oneZone = [{ type: 'Isolated', subnets: { 'subnet-0000000a': 'eu-west-1a' } }] as const;
  const main = { ...environment, acknowledgements };

  await expect(
    synthesize(branch('main'), { environments: { main }, cachedContext: pinnedVpc(main, oneZone), bundle: false }),
  ).rejects.toMatchObject({
    name: 'ConfigurationError',
    problems: [expect.objectContaining({ path: 'network.subnets', got: 'subnet-0000000a in eu-west-1a' })],
    message: expect.stringContaining(`${what} cannot be in these subnets`),
  });
});

describe('a created VPC', () => {
  test('is in the zones and the range that the environment names, with a NAT gateway in each where it wants two', async () => {
    const synthesis = await deploy({
      ...withDatabase({ server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'iam' } } }),
      network: {
        kind: 'new',
        cidr: '10.77.0.0/20',
        availabilityZones: ['eu-west-1b', 'eu-west-1c'],
        egress: { kind: 'nat', gateways: 2 },
      },
    });

    const subnets = ofType(synthesis, 'AWS::EC2::Subnet').map(({ properties }) => properties);
    expect(new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone))).toEqual(
      new Set(['eu-west-1b', 'eu-west-1c']),
    );
    expect(subnets.every(({ CidrBlock }) => CidrBlock.startsWith('10.77.'))).toBe(true);
    expect(subnets.every(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch === false)).toBe(true);
    expect(ofType(synthesis, 'AWS::EC2::NatGateway')).toHaveLength(2);
    expect(synthesis.lookup).toBeUndefined();
  });
});

test.runIf(exhaustive)('interface endpoints can be in one zone', async () => {
  const endpoints = async (zones: 'each' | 'one') => {
    const synthesis = await deploy({
      ...exampleEnvironment,
      network: { ...exampleNetwork, egress: { kind: 'endpoints', zones, interfaces: [{ service: 'ssm' }] } },
    });
    const [endpoint] = ofType(synthesis, 'AWS::EC2::VPCEndpoint');
    return endpoint?.properties.SubnetIds.length;
  };

  expect([await endpoints('each'), await endpoints('one')]).toEqual([2, 1]);
});

test('a created VPC keeps its ranges when egress changes, so that no subnet and no database is replaced', async () => {
  const rangesOf = async (egress: Combination['egress'], group = 'Isolated') => {
    const { environment } = combinations.find(
      (one) => one.network === 'new' && one.egress === egress && one.path === 'created database with IAM',
    ) as Combination;
    const synthesis = await deploy(environment);
    return ofType(synthesis, 'AWS::EC2::Subnet')
      .filter(({ id }) => id.includes(group))
      .map(({ id, properties }) => [id, properties.CidrBlock]);
  };

  const ranges = await rangesOf('none');
  expect(ranges).toHaveLength(2);
  expect(await rangesOf('nat')).toEqual(ranges);
  expect(await rangesOf('ipv6')).toEqual(ranges);
  // Those of NAT, where deployments have it since before there was IPv6.
  expect((await rangesOf('nat', 'WithEgress')).map(([, range]) => range)).toEqual(['10.0.64.0/19', '10.0.96.0/19']);
});

const created = withDatabase({ server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'iam' } } });

test('a regional NAT gateway is in no subnet, serves those of the functions, and waits for the internet gateway', async () => {
  const synthesis = await deploy({
    ...created,
    network: { kind: 'new', egress: { kind: 'nat', gateways: 'regional' } },
  });

  const [gateway, ...others] = ofType(synthesis, 'AWS::EC2::NatGateway');
  const [attachment] = ofType(synthesis, 'AWS::EC2::VPCGatewayAttachment');
  expect(others).toEqual([]);
  expect(gateway?.properties).toMatchObject({ AvailabilityMode: 'regional', ConnectivityType: 'public' });
  expect(gateway?.properties).not.toHaveProperty('SubnetId');
  expect(gateway?.dependsOn).toContain(attachment?.id);
  expect(ofType(synthesis, 'AWS::EC2::Subnet').map(({ id }) => id.replace(/^Vpc(\w+?)Subnet.*/, '$1'))).toEqual([
    'Isolated',
    'Isolated',
    'WithEgress',
    'WithEgress',
  ]);
  const routes = ofType(synthesis, 'AWS::EC2::Route').map(({ properties }) => properties);
  expect(routes).toEqual([
    expect.objectContaining({ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: expect.anything() }),
    expect.objectContaining({ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: expect.anything() }),
  ]);
});

test('with egress over IPv6 a created VPC gives a range and a route to the functions, and none to the database', async () => {
  const synthesis = await deploy({ ...created, network: { kind: 'new', egress: { kind: 'ipv6' } } });

  const [range] = ofType(synthesis, 'AWS::EC2::VPCCidrBlock');
  expect(range?.properties.AmazonProvidedIpv6CidrBlock).toBe(true);
  const subnets = ofType(synthesis, 'AWS::EC2::Subnet');
  expect(subnets.map(({ id, properties }) => [id.includes('WithIpv6'), 'Ipv6CidrBlock' in properties])).toEqual([
    [false, false],
    [false, false],
    [true, true],
    [true, true],
  ]);
  for (const { dependsOn } of subnets.slice(2)) expect(dependsOn).toContain(range?.id);
  const routes = ofType(synthesis, 'AWS::EC2::Route').map(({ properties }) => properties);
  expect(routes).toHaveLength(2);
  for (const route of routes) {
    expect(route).toMatchObject({ DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: expect.anything() });
    expect(JSON.stringify(route.RouteTableId)).toContain('WithIpv6');
  }
});

test('egress over IPv6 in subnets of an existing VPC without an IPv6 range is refused, with those subnets', async () => {
  const main = { ...exampleEnvironment, network: { ...exampleNetwork, egress: { kind: 'ipv6' } } } as const;
  const without = ipv6RangesOf('subnet-0c30000000000000b', []);

  await expect(
    synthesize(branch('main'), {
      environments: { main },
      cachedContext: { ...readProjectContext(), ...egressContext, ...without },
      bundle: false,
    }),
  ).rejects.toMatchObject({
    name: 'ConfigurationError',
    problems: [
      {
        path: 'network.subnets',
        got: 'subnet-0c30000000000000b without an IPv6 range',
        expected: expect.stringContaining('egress-only internet gateway'),
        fix: expect.stringContaining('docs/environments.md#egress'),
      },
    ],
  });
});

test('the IPv6 ranges that are not cached are looked up, and nothing is concluded before they are there', async () => {
  const main = { ...exampleEnvironment, network: { ...exampleNetwork, egress: { kind: 'ipv6' } } } as const;
  const { missingLookups } = await synthesize(branch('main'), {
    environments: { main },
    cachedContext: readProjectContext(),
    bundle: false,
  });

  expect(missingLookups.map(({ props }) => props)).toEqual([
    expect.objectContaining({ typeName: 'AWS::EC2::Subnet', exactIdentifier: 'subnet-0c30000000000000a' }),
    expect.objectContaining({ typeName: 'AWS::EC2::Subnet', exactIdentifier: 'subnet-0c30000000000000b' }),
  ]);
});
