/** A VPC of this backend's own: isolated subnets in two zones, and for egress by NAT or IPv6 what that takes. */
import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  type IVpc,
  NatProvider,
  type SubnetConfiguration,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EgressSettings, NewNetworkSettings } from '../configuration/network-settings.js';
import { openIpv6 } from './ipv6.js';
import { refuseChange } from './refuse-change.js';
import { allSubnets } from './subnets.js';

const DEFAULT_CIDR = '10.0.0.0/16';
const ZONES = 2;

export const ISOLATED_SUBNETS = 'Isolated';
const SUBNETS_WITH_NAT = 'WithEgress';
const SUBNETS_WITH_IPV6 = 'WithIpv6';

export function createVpc(scope: Construct, settings: NewNetworkSettings): IVpc {
  const { cidr = DEFAULT_CIDR, availabilityZones, egress = { kind: 'none' } } = settings;
  const vpc = new Vpc(scope, 'Vpc', {
    ipAddresses: IpAddresses.cidr(cidr),
    ...(availabilityZones ? { availabilityZones: [...availabilityZones] } : { maxAzs: ZONES }),
    ...natGatewaysOf(egress),
    subnetConfiguration: subnetsFor(egress),
    // The default group, which nothing here uses, would need a function of its own to be emptied.
    restrictDefaultSecurityGroup: false,
  });
  if (egress.kind === 'ipv6') openIpv6(vpc, vpc.privateSubnets);
  waitForInternetGateway(vpc);
  refuseOtherRanges(vpc, cidr);
  logRejectedTraffic(vpc);
  // The CDK's class does not meet its own interface under exactOptionalPropertyTypes.
  return vpc as IVpc;
}

/** The group of subnets that functions are in: with a route to a gateway in those of their own, for which the database has no use. */
export function functionSubnetsFor({ kind }: EgressSettings): string {
  if (kind === 'nat') return SUBNETS_WITH_NAT;
  return kind === 'ipv6' ? SUBNETS_WITH_IPV6 : ISOLATED_SUBNETS;
}

function natGatewaysOf(egress: EgressSettings) {
  if (egress.kind !== 'nat') return { natGateways: 0, createInternetGateway: false };
  const { gateways = 1 } = egress;
  return gateways === 'regional'
    ? { natGateways: 1, natGatewayProvider: NatProvider.regionalGateway() }
    : { natGateways: gateways };
}

/**
 * EC2 refuses a NAT gateway in a VPC whose internet gateway is not attached yet. A zonal one waits for the route of its
 * subnet; of a regional one, which has no subnet, the CDK says only that it waits for the internet gateway itself.
 */
function waitForInternetGateway(vpc: Vpc): void {
  const regional = vpc.node.tryFindChild('RegionalNatGateway');
  if (regional !== undefined) regional.node.addDependency(vpc.node.findChild('VPCGW'));
}

/**
 * The same ranges with each egress: those of the subnets that are not there are reserved. Otherwise switching egress would
 * move the isolated subnets, and with them replace the database. Those with IPv6 are none of the others, because a subnet
 * that gets an IPv6 range later might be replaced. Only zonal NAT gateways are in public subnets.
 */
function subnetsFor(egress: EgressSettings): SubnetConfiguration[] {
  const hasZonalNat = egress.kind === 'nat' && egress.gateways !== 'regional';
  const withEgress = SubnetType.PRIVATE_WITH_EGRESS;
  return [
    { name: ISOLATED_SUBNETS, subnetType: SubnetType.PRIVATE_ISOLATED },
    { name: SUBNETS_WITH_NAT, subnetType: withEgress, reserved: egress.kind !== 'nat' },
    { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false, reserved: !hasZonalNat },
    { name: SUBNETS_WITH_IPV6, subnetType: withEgress, reserved: egress.kind !== 'ipv6' },
  ];
}

/**
 * Another range replaces the VPC, and other zones the subnets. CloudFormation creates the new subnets before it deletes the old
 * ones, and EC2 refuses a range that is taken; a database stays in the VPC in which it was created.
 */
function refuseOtherRanges(vpc: Vpc, cidr: string): void {
  const settings = [
    { name: 'network.cidr', value: cidr },
    // As CloudFormation resolves them, so that naming the zones that are in use already is no change.
    { name: 'network.availabilityZones', value: Fn.join(',', vpc.availabilityZones) },
  ];
  const guard = refuseChange(
    Stack.of(vpc),
    'FixedVpcSettings',
    settings,
    'The subnets cannot move while the database is in them. Put the value back; for another range or other zones create a second environment and move the data (docs/troubleshooting.md).',
  );
  for (const construct of [vpc, ...allSubnets(vpc as IVpc)]) {
    const resource = construct.node.defaultChild ?? construct.node.findChild('Subnet');
    resource.node.addDependency(guard);
  }
}

/** What a security group or a network ACL turned away: the first thing to look at when a function hangs. */
function logRejectedTraffic(vpc: Vpc): void {
  const logGroup = new LogGroup(vpc, 'RejectedTrafficLog', {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  vpc.addFlowLog('RejectedTraffic', {
    trafficType: FlowLogTrafficType.REJECT,
    destination: FlowLogDestination.toCloudWatchLogs(logGroup),
  });
}
