/**
 * Lambda keeps one network interface for each combination of subnet and security groups, shared by all functions with the
 * same. Each takes an address, minutes at the first deployment and up to twenty at the last, and one of the VPC's 500.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-enis
 */
import type { Guardrail } from '../guardrail.js';
import { nameOf } from '../resources.js';
import { functionsInVpc, type VpcFunction } from '../vpc-functions.js';

export const extraNetworkInterfaces: Guardrail = {
  name: 'extra-network-interfaces',
  fix: 'give all functions the same subnets and security groups: packages/backend/src/network/place-function-in-vpc.ts',
  find(backend) {
    // These have a group of their own on purpose: one reaches SSM, the other passes the proxy, and the functions do not.
    const apart = [backend.sqlFunction, backend.bootstrapFunction];
    const functions = functionsInVpc(backend).filter(({ construct }) => !apart.includes(construct));
    const [first] = functions;
    if (first === undefined) return [];
    const combinations = new Set(functions.flatMap(combinationsOf));
    const needed = Math.max(...functions.map(({ subnetIds }) => subnetIds.length));
    if (combinations.size <= needed) return [];
    const names = functions.map(({ construct }) => nameOf(construct)).join(', ');
    return [
      {
        construct: first.construct,
        problem: `${names} use ${combinations.size} combinations of subnet and security groups, and ${needed} are enough.`,
      },
    ];
  },
};

function combinationsOf({ subnetIds, securityGroupIds }: VpcFunction): string[] {
  return subnetIds.map((subnetId) => [subnetId, ...securityGroupIds.toSorted()].join(' '));
}
