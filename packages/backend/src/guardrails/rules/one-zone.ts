/** A function in one availability zone fails with it. */
import { describeSubnets } from '../../network/subnets.js';
import type { Guardrail } from '../guardrail.js';
import { nameOf } from '../resources.js';
import { functionsInVpc, subnetsOf } from '../vpc-functions.js';

const MINIMUM_ZONES = 2;

export const oneZone: Guardrail = {
  name: 'one-zone',
  fix: 'choose subnets in a second availability zone, or add one to the VPC',
  find(backend) {
    if (backend.network.lookupPending) return [];
    return functionsInVpc(backend).flatMap((fn) => {
      const subnets = subnetsOf(fn, backend);
      const zones = new Set(subnets.map((subnet) => subnet.availabilityZone));
      // Subnets of another VPC: their zones are not known here.
      if (subnets.length < fn.subnetIds.length || zones.size >= MINIMUM_ZONES) return [];
      const problem = `${nameOf(fn.construct)} is in ${describeSubnets(subnets)}, and must be in ${MINIMUM_ZONES} availability zones or more.`;
      return [{ construct: fn.construct, problem }];
    });
  },
};
