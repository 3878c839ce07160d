/** The network that functions and database share. Types only. */
import type { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { SecurityGroupRef, SecurityGroupRules } from './security-group-rules.js';

export interface Network {
  readonly vpc: IVpc;
  /** True while the VPC is the CDK's placeholder: nothing may be concluded from its subnets. */
  readonly lookupPending: boolean;
  /** Where functions get their network interfaces. */
  readonly functionSubnets: readonly ISubnet[];
  /** Where a proxy or a database that is created gets its own. */
  readonly databaseSubnets: readonly ISubnet[];
  /** Whether the functions' subnets have IPv6 addresses, with a way out. */
  readonly hasIpv6: boolean;
  readonly functionGroup: SecurityGroupRef;
  readonly rules: SecurityGroupRules;
}
