import { type Combination, combinations, prefixListContext } from '@vpc-postgres/testing/support/deployments.js';
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
    cachedContext: { ...readProjectContext(), ...prefixListContext },
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
  const rangesOf = async (egress: Combination['egress']) => {
    const { environment } = combinations.find(
      (one) => one.network === 'new' && one.egress === egress && one.path === 'created database with IAM',
    ) as Combination;
    const synthesis = await deploy(environment);
    return ofType(synthesis, 'AWS::EC2::Subnet')
      .filter(({ id }) => id.includes('Isolated'))
      .map(({ id, properties }) => [id, properties.CidrBlock]);
  };

  const ranges = await rangesOf('none');
  expect(ranges).toHaveLength(2);
  expect(await rangesOf('nat')).toEqual(ranges);
});
