/** With egress over IPv6 alone, a call to a service that has no IPv6 address ends in a timeout. */
import { IPV6_SERVICES, IPV6_SERVICES_DATE } from '../../network/services-over-ipv6.js';
import type { Guardrail } from '../guardrail.js';
import { allowedActionsOf } from '../policy-statements.js';
import { nameOf } from '../resources.js';
import { functionsInVpc } from '../vpc-functions.js';

/** The database itself, inside the VPC, and what Lambda calls for the function. */
const WITHOUT_EGRESS = ['rds-db', 'xray'];

export const ipv6Service: Guardrail = {
  name: 'ipv6-service',
  severity: 'warning',
  fix: "reach it with network.egress { kind: 'endpoints' } or { kind: 'nat' }; where AWS says that it has an IPv6 address by now, add it to packages/backend/src/network/services-over-ipv6.ts",
  find(backend) {
    if (!backend.network.hasIpv6) return [];
    return functionsInVpc(backend).flatMap(({ construct, properties }) => {
      const services = allowedActionsOf(construct, properties).flatMap((action) => action.split(':')[0] ?? []);
      const unknown = [...new Set(services)].filter(
        (service) => !WITHOUT_EGRESS.includes(service) && !Object.hasOwn(IPV6_SERVICES, service),
      );
      if (unknown.length === 0) return [];
      const problem = `${nameOf(construct)} is allowed to call ${unknown.toSorted().join(', ')}, not known on ${IPV6_SERVICES_DATE} to answer over IPv6, which is the only egress.`;
      return [{ construct, problem }];
    });
  },
};
