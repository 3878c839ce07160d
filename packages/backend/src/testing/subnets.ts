/** Finds where a subnet is: its Availability Zone, and whether it has a route to an internet gateway. */
import type { SynthesizedDeployment } from './deployment.js';
import { isResource, type Resource, type Templates } from './templates.js';

export interface Subnet {
  /** Its id, or the logical id of one that is created. */
  readonly name: string;
  /** Undefined for a subnet of a VPC whose lookup is not cached. */
  readonly zone: string | undefined;
  readonly isPublic: boolean;
}

interface CachedVpc {
  readonly subnetGroups?: readonly {
    readonly type: string;
    readonly subnets: readonly { readonly subnetId: string; readonly availabilityZone: string }[];
  }[];
}

/** @param file The template that the ids are in. */
export function subnetsOf(deployment: SynthesizedDeployment, file: string, ids: readonly unknown[]): Subnet[] {
  const { templates } = deployment;
  const cached = cachedSubnets(deployment);
  return ids.map((id) => {
    const found = templates.resolve(file, id);
    if (!isResource(found)) return { name: found, zone: undefined, isPublic: false, ...cached.get(found) };
    return {
      name: found.logicalId,
      zone: JSON.stringify(found.properties.AvailabilityZone),
      isPublic: hasInternetGateway(templates, found),
    };
  });
}

function cachedSubnets({ cachedContext }: SynthesizedDeployment): Map<string, Omit<Subnet, 'name'>> {
  const groups = Object.values(cachedContext as Readonly<Record<string, CachedVpc>>).flatMap(
    ({ subnetGroups = [] }) => subnetGroups,
  );
  return new Map(
    groups.flatMap(({ type, subnets }) =>
      subnets.map(
        ({ subnetId, availabilityZone }) =>
          [subnetId, { zone: availabilityZone, isPublic: type === 'Public' }] as const,
      ),
    ),
  );
}

function hasInternetGateway(templates: Templates, subnet: Resource): boolean {
  const tables = templates
    .ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter(({ file, properties }) => templates.resolve(file, properties.SubnetId) === subnet)
    .map(({ file, properties }) => templates.resolve(file, properties.RouteTableId));
  return templates
    .ofType('AWS::EC2::Route')
    .filter(({ file, properties }) => tables.includes(templates.resolve(file, properties.RouteTableId)))
    .some(({ properties }) => properties.GatewayId !== undefined);
}
