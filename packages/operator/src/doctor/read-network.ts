/** Reads the VPC and what is in it. */
import type { DescribeVpcsCommandInput, Vpc } from '@aws-sdk/client-ec2';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { idsOf } from '../aws/amplify-stack.js';
import { type Answer, allAnswered, answered, mapAnswer } from '../aws/answer.js';
import type { AccountReader } from './doctor-reads.js';
import type { AccountAnswers } from './facts.js';

type NetworkPart =
  | 'vpcs'
  | 'vpcDns'
  | 'zones'
  | 'subnets'
  | 'routeTables'
  | 'networkAcls'
  | 'securityGroups'
  | 'endpoints'
  | 'natGateways'
  | 'networkInterfaces';
export type NetworkAnswers = Pick<AccountAnswers, NetworkPart>;

export async function readNetwork(
  reader: AccountReader,
  environment: Environment,
  resources: AccountAnswers['resources'],
): Promise<NetworkAnswers> {
  const zones = reader.read('ec2:DescribeAvailabilityZones', {});
  const vpcs = await readVpcs(reader, environment, resources);
  const id = vpcs.ok && vpcs.value.length === 1 ? vpcs.value[0]?.VpcId : undefined;
  return {
    vpcs,
    zones: mapAnswer(await zones, ({ AvailabilityZones = [] }) => AvailabilityZones),
    ...(id === undefined ? nothingIn(vpcs) : await readVpc(reader, id)),
  };
}

async function readVpcs(
  reader: AccountReader,
  { network }: Environment,
  resources: AccountAnswers['resources'],
): Promise<Answer<readonly Vpc[]>> {
  if (network.kind === 'existing') return reader.read('ec2:DescribeVpcs', { Filters: filtersOf(network.vpc) });
  if (!resources.ok) return resources;
  const [made] = idsOf(resources.value, 'AWS::EC2::VPC');
  return made === undefined
    ? answered([])
    : reader.read('ec2:DescribeVpcs', { Filters: [{ Name: 'vpc-id', Values: [made] }] });
}

type VpcChoice = Extract<Environment['network'], { kind: 'existing' }>['vpc'];

/** A filter finds nothing where an id that does not exist is an error. */
function filtersOf(choice: VpcChoice): NonNullable<DescribeVpcsCommandInput['Filters']> {
  if ('id' in choice) return [{ Name: 'vpc-id', Values: [choice.id] }];
  if ('name' in choice) return [{ Name: 'tag:Name', Values: [choice.name] }];
  return Object.entries(choice.tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}

/** Without a VPC there is nothing in it; where it was refused, neither is known. */
function nothingIn(vpcs: Answer<unknown>): Omit<NetworkAnswers, 'vpcs' | 'zones'> {
  const none = vpcs.ok ? answered([]) : vpcs;
  return {
    vpcDns: vpcs.ok ? answered({ support: true, hostnames: true }) : vpcs,
    subnets: none,
    routeTables: none,
    networkAcls: none,
    securityGroups: none,
    endpoints: none,
    natGateways: none,
    networkInterfaces: none,
  };
}

async function readVpc(reader: AccountReader, id: string): Promise<Omit<NetworkAnswers, 'vpcs' | 'zones'>> {
  const inVpc = { Filters: [{ Name: 'vpc-id', Values: [id] }] };
  const [
    support,
    hostnames,
    subnets,
    routeTables,
    networkAcls,
    securityGroups,
    endpoints,
    natGateways,
    networkInterfaces,
  ] = await Promise.all([
    reader.read('ec2:DescribeVpcAttribute', { VpcId: id, Attribute: 'enableDnsSupport' }),
    reader.read('ec2:DescribeVpcAttribute', { VpcId: id, Attribute: 'enableDnsHostnames' }),
    reader.read('ec2:DescribeSubnets', inVpc),
    reader.read('ec2:DescribeRouteTables', inVpc),
    reader.read('ec2:DescribeNetworkAcls', inVpc),
    reader.read('ec2:DescribeSecurityGroups', inVpc),
    reader.read('ec2:DescribeVpcEndpoints', inVpc),
    reader.read('ec2:DescribeNatGateways', { Filter: inVpc.Filters }),
    reader.read('ec2:DescribeNetworkInterfaces', inVpc),
  ]);
  return {
    vpcDns: mapAnswer(allAnswered([support, hostnames]), ([first, second]) => ({
      support: first?.EnableDnsSupport?.Value === true,
      hostnames: second?.EnableDnsHostnames?.Value === true,
    })),
    subnets,
    routeTables,
    networkAcls,
    securityGroups,
    endpoints,
    natGateways,
    networkInterfaces,
  };
}
