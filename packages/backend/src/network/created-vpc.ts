/** A VPC of this backend's own: isolated subnets in two zones, and for egress by NAT what that takes. */
import { RemovalPolicy } from 'aws-cdk-lib';
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
