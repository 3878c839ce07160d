/** The answers to VPC lookups: the project's own, and others in the form that cdk.context.json holds them in. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type CachedContext, readCachedContext } from '@vpc-postgres/backend/network/cached-context.js';

export interface SubnetGroup {
  readonly type: 'Public' | 'Private' | 'Isolated';
  /** @default - the type */
  readonly name?: string;
  /** @default '10.20.0.0/24', 251 addresses that AWS leaves free */
  readonly cidr?: string;
  /** Availability zone by subnet id. */
  readonly subnets: Readonly<Record<string, string>>;
}

/** Of the project's cdk.context.json. */
export const readProjectContext = (): CachedContext =>
  readCachedContext(new URL('../app/cdk.context.json', import.meta.url));

export function pinnedVpc(environment: Environment, groups: readonly SubnetGroup[]): CachedContext {
  const { account, region, network } = environment;
  if (network.kind === 'new' || !('id' in network.vpc)) throw new Error('Only a VPC that is named by its id.');
  const { id } = network.vpc;
  const key = `vpc-provider:account=${account}:filter.vpc-id=${id}:region=${region}:returnAsymmetricSubnets=true`;
  return {
    [key]: {
      vpcId: id,
      vpcCidrBlock: '10.20.0.0/16',
      availabilityZones: [],
      subnetGroups: groups.map(({ type, name = type, cidr = '10.20.0.0/24', subnets }) => ({
        name,
        type,
        subnets: Object.entries(subnets).map(([subnetId, availabilityZone]) => ({
          subnetId,
          availabilityZone,
          cidr,
          routeTableId: 'rtb-0123456789abcdef0',
        })),
      })),
    },
  };
}
