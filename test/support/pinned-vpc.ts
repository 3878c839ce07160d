/** The answer to a VPC lookup, as cdk.context.json holds it. */
import type { Environment } from '../../amplify/configuration/environment.js';
import type { PinnedContext } from '../../amplify/network/pinned-context.js';

export interface SubnetGroup {
  readonly type: 'Public' | 'Private' | 'Isolated';
  /** Availability zone by subnet id. */
  readonly subnets: Readonly<Record<string, string>>;
}

export function pinnedVpc(environment: Environment, groups: readonly SubnetGroup[]): PinnedContext {
  const { account, region, network } = environment;
  const key = `vpc-provider:account=${account}:filter.vpc-id=${network.vpcId}:region=${region}:returnAsymmetricSubnets=true`;
  return {
    [key]: {
      vpcId: network.vpcId,
      vpcCidrBlock: '10.20.0.0/16',
      availabilityZones: [],
      subnetGroups: groups.map(({ type, subnets }) => ({
        name: type,
        type,
        subnets: Object.entries(subnets).map(([subnetId, availabilityZone]) => ({
          subnetId,
          availabilityZone,
          cidr: '10.20.0.0/24',
          routeTableId: 'rtb-0123456789abcdef0',
        })),
      })),
    },
  };
}
