/** A VPC of this backend's own: isolated subnets in two zones, and for egress by NAT what that takes. */
import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  type IVpc,
  type SubnetConfiguration,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { NewNetworkSettings } from '../configuration/network-settings.js';
import { refuseChange } from './refuse-change.js';
import { allSubnets } from './subnets.js';

const DEFAULT_CIDR = '10.0.0.0/16';
const ZONES = 2;

export const ISOLATED_SUBNETS = 'Isolated';
export const SUBNETS_WITH_EGRESS = 'WithEgress';

export function createVpc(scope: Construct, settings: NewNetworkSettings): IVpc {
  const { cidr = DEFAULT_CIDR, availabilityZones, egress } = settings;
  const throughNat = egress?.kind === 'nat';
  const vpc = new Vpc(scope, 'Vpc', {
    ipAddresses: IpAddresses.cidr(cidr),
    ...(availabilityZones ? { availabilityZones: [...availabilityZones] } : { maxAzs: ZONES }),
    natGateways: throughNat ? (egress.gateways ?? 1) : 0,
    subnetConfiguration: subnetsWith(throughNat),
    // The default group, which nothing here uses, would need a function of its own to be emptied.
    restrictDefaultSecurityGroup: false,
  });
  refuseOtherRanges(vpc, cidr);
  logRejectedTraffic(vpc);
  // The CDK's class does not meet its own interface under exactOptionalPropertyTypes.
  return vpc as IVpc;
}

/**
 * The same ranges with and without NAT: those of the subnets that are not there are reserved. Otherwise switching egress
 * would move the isolated subnets, and with them replace the database.
 */
function subnetsWith(throughNat: boolean): SubnetConfiguration[] {
  return [
    { name: ISOLATED_SUBNETS, subnetType: SubnetType.PRIVATE_ISOLATED },
    { name: SUBNETS_WITH_EGRESS, subnetType: SubnetType.PRIVATE_WITH_EGRESS, reserved: !throughNat },
    { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false, reserved: !throughNat },
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
