/** Chooses subnets of an existing VPC, and refuses a choice that it does not have. */
import type { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { ConfigurationError } from '../configuration/configuration-error.js';
import type { SubnetChoice } from '../configuration/network-settings.js';
import { isLookupPending } from './existing-vpc.js';

const IF_CHANGED = 'if the VPC has changed, remove its entry from cdk.context.json';

/** @throws ConfigurationError when the VPC has no such subnet, or not all of them. */
export function selectSubnets(vpc: IVpc, choice: SubnetChoice): ISubnet[] {
  if (isLookupPending(vpc)) return vpc.privateSubnets;
  const subnets = subnetsOf(vpc, choice);
  if (subnets.length === 0) throw noSubnet(vpc, choice);
  return subnets;
}

export const allSubnets = (vpc: IVpc): ISubnet[] => [
  ...vpc.isolatedSubnets,
  ...vpc.privateSubnets,
  ...vpc.publicSubnets,
];

export function describeSubnets(subnets: readonly ISubnet[]): string {
  return (
    subnets.map(({ subnetId, availabilityZone }) => `${subnetId} in ${availabilityZone}`).join(', ') || 'no subnet'
  );
}

function subnetsOf(vpc: IVpc, choice: SubnetChoice): ISubnet[] {
  if ('ids' in choice) return subnetsById(vpc, choice.ids);
  if ('subnetGroupName' in choice) return subnetsOfGroup(vpc, choice.subnetGroupName);
  return choice.type === 'isolated' ? vpc.isolatedSubnets : vpc.privateSubnets;
}

function subnetsById(vpc: IVpc, ids: readonly string[]): ISubnet[] {
  const subnets = allSubnets(vpc);
  const missing = ids.filter((id) => !subnets.some((subnet) => subnet.subnetId === id));
  if (missing.length > 0) {
    throw new ConfigurationError(`The VPC ${vpc.vpcId} does not have all of the subnets chosen for it.`, [
      {
        path: 'network.subnets.ids',
        got: missing.join(', '),
        expected: `subnets of ${vpc.vpcId}: ${describeSubnets(subnets)}`,
        fix: `choose among these; ${IF_CHANGED}`,
      },
    ]);
  }
  return subnets.filter((subnet) => ids.includes(subnet.subnetId));
}

function subnetsOfGroup(vpc: IVpc, group: string): ISubnet[] {
  try {
    return vpc.selectSubnets({ subnetGroupName: group }).subnets;
  } catch (cause) {
    // The CDK knows the groups and tells them only in its error.
    throw new ConfigurationError(`The VPC ${vpc.vpcId} does not have the subnets chosen for it.`, [
      {
        path: 'network.subnets.subnetGroupName',
        got: JSON.stringify(group),
        expected: `a group of ${vpc.vpcId}: ${availableGroups(cause)}`,
        fix: `choose one of its groups; ${IF_CHANGED}`,
      },
    ]);
  }
}

function availableGroups(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /Available names: (.*)/.exec(message)?.[1]?.replaceAll(',', ', ') ?? message;
}

function noSubnet(vpc: IVpc, choice: SubnetChoice): ConfigurationError {
  const [field, value] = Object.entries(choice)[0] ?? [];
  return new ConfigurationError(`The VPC ${vpc.vpcId} does not have the subnets chosen for it.`, [
    {
      path: `network.subnets.${field}`,
      got: `${JSON.stringify(value)}, which is no subnet`,
      expected: 'subnets in at least two availability zones',
      fix: `choose others of this VPC (${describeSubnets(allSubnets(vpc))}), or add subnets; ${IF_CHANGED}`,
    },
  ]);
}
