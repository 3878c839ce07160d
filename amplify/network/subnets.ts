/** Chooses the subnets for the function and the proxy, and refuses a choice in fewer than two availability zones. */
import type { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { ConfigurationError } from '../configuration/configuration-error.js';
import type { SubnetChoice } from '../configuration/environment.js';
import { isLookupPending } from './existing-vpc.js';

/** RDS Proxy refuses one zone, and a function in one zone fails with it. */
const MINIMUM_ZONES = 2;

export function selectSubnets(vpc: IVpc, choice: SubnetChoice): ISubnet[] {
  if (isLookupPending(vpc)) return vpc.privateSubnets;

  const subnets = 'ids' in choice ? subnetsById(vpc, choice.ids) : subnetsByType(vpc, choice.type);
  const zones = new Set(subnets.map((subnet) => subnet.availabilityZone));
  if (zones.size < MINIMUM_ZONES) throw tooFewZones(vpc, choice, subnets);
  return subnets;
}

function subnetsByType(vpc: IVpc, type: 'isolated' | 'withEgress'): ISubnet[] {
  return type === 'isolated' ? vpc.isolatedSubnets : vpc.privateSubnets;
}

function subnetsById(vpc: IVpc, ids: readonly string[]): ISubnet[] {
  const subnets = allSubnets(vpc);
  const missing = ids.filter((id) => !subnets.some((subnet) => subnet.subnetId === id));
  if (missing.length > 0) {
    throw new ConfigurationError(`The VPC ${vpc.vpcId} does not have all of the subnets chosen for it.`, [
      {
        path: 'network.subnets.ids',
        got: missing.join(', '),
        expected: `subnets of ${vpc.vpcId}: ${list(subnets)}`,
        fix: 'choose among these; if the VPC has changed, remove its entry from cdk.context.json',
      },
    ]);
  }
  return subnets.filter((subnet) => ids.includes(subnet.subnetId));
}

function tooFewZones(vpc: IVpc, choice: SubnetChoice, subnets: readonly ISubnet[]): ConfigurationError {
  return new ConfigurationError(`The subnets chosen in ${vpc.vpcId} are not in two availability zones.`, [
    {
      path: 'ids' in choice ? 'network.subnets.ids' : 'network.subnets.type',
      got: `${JSON.stringify('ids' in choice ? choice.ids : choice.type)}, which is ${list(subnets)}`,
      expected: `subnets in at least ${MINIMUM_ZONES} availability zones`,
      fix: `choose others of this VPC (${list(allSubnets(vpc))}), or add a subnet in a second zone; if the VPC has changed, remove its entry from cdk.context.json`,
    },
  ]);
}

const allSubnets = (vpc: IVpc) => [...vpc.isolatedSubnets, ...vpc.privateSubnets, ...vpc.publicSubnets];

function list(subnets: readonly ISubnet[]): string {
  return (
    subnets.map(({ subnetId, availabilityZone }) => `${subnetId} in ${availabilityZone}`).join(', ') || 'no subnet'
  );
}
