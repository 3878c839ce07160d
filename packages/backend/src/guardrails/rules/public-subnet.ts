/** A function in a public subnet has no internet for it, Lambda gives it no public address, and security reviews stop there. */
import type { Guardrail } from '../guardrail.js';
import { nameOf } from '../resources.js';
import { functionsInVpc } from '../vpc-functions.js';

export const publicSubnet: Guardrail = {
  name: 'public-subnet',
  fix: "choose private subnets: network.subnets { type: 'isolated' }, or { type: 'withEgress' } for egress through NAT",
  find(backend) {
    const { network } = backend;
    if (network.lookupPending) return [];
    const publicIds = network.vpc.publicSubnets.map((subnet) => subnet.subnetId);
    return functionsInVpc(backend).flatMap(({ construct, subnetIds }) => {
      const found = subnetIds.filter((id) => publicIds.includes(id));
      if (found.length === 0) return [];
      return [
        {
          construct,
          problem: `${nameOf(construct)} is in ${found.join(', ')}, which has a route to an internet gateway.`,
        },
      ];
    });
  },
};
