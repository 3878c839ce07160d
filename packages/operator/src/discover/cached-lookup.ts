/** The answer to the CDK's lookup of a VPC, as `cdk context` writes it into cdk.context.json: then no build has to ask EC2. */
import type { FoundAccount, FoundSubnet, SubnetKind } from './found.js';

const TYPES: Readonly<Record<SubnetKind, string>> = { public: 'Public', withEgress: 'Private', isolated: 'Isolated' };

export interface CachedLookup {
  readonly key: string;
  readonly answer: object;
}

/** @param vpcId Of a VPC that was found. */
export function cachedLookup({ account, region, vpcs, subnets }: FoundAccount, vpcId: string): CachedLookup {
  const vpc = vpcs.find(({ id }) => id === vpcId);
  const groups = new Map<string, FoundSubnet[]>();
  for (const subnet of subnets.filter((one) => one.vpcId === vpcId)) {
    const group = JSON.stringify([TYPES[subnet.kind], subnet.groupName ?? TYPES[subnet.kind]]);
    groups.set(group, [...(groups.get(group) ?? []), subnet]);
  }
  return {
    key: `vpc-provider:account=${account}:filter.vpc-id=${vpcId}:region=${region}:returnAsymmetricSubnets=true`,
    answer: {
      vpcId,
      vpcCidrBlock: vpc?.cidr,
      ...(vpc?.ownerAccount !== undefined && { ownerAccountId: vpc.ownerAccount }),
      availabilityZones: [],
      // AWS lists them in any order.
      subnetGroups: [...groups].toSorted(byName).map(([group, members]) => {
        const [type, name] = JSON.parse(group);
        return { name, type, subnets: members.toSorted(byZone).map(toCached) };
      }),
    },
  };
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => (one < other ? -1 : 1);

const byZone = (one: FoundSubnet, other: FoundSubnet) =>
  one.zone.localeCompare(other.zone) || one.id.localeCompare(other.id);

function toCached({ id, cidr, zone, routeTableId }: FoundSubnet): object {
  return { subnetId: id, cidr, availabilityZone: zone, routeTableId };
}
