/** What RDS itself demands of subnets, refused here and not ten minutes into a deployment. Nobody can acknowledge it. */
import { ConfigurationError } from '../configuration/configuration-error.js';
import type { Network } from '../network/network.js';
import { describeSubnets } from '../network/subnets.js';

/**
 * @param what Is to be placed there, for the message.
 * @throws ConfigurationError when the subnets are in one availability zone.
 */
export function requireTwoZones({ databaseSubnets, lookupPending }: Network, what: string): void {
  const zones = new Set(databaseSubnets.map((subnet) => subnet.availabilityZone));
  if (lookupPending || zones.size >= 2) return;
  throw new ConfigurationError(`${what} cannot be in these subnets.`, [
    {
      path: 'network.subnets',
      got: describeSubnets(databaseSubnets),
      expected: 'subnets in at least two availability zones, as RDS demands',
      fix: 'choose others of this VPC, or add a subnet in a second zone',
    },
  ]);
}
