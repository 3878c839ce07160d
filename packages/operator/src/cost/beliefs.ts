/** What many believe of the costs of a private VPC, and what the prices say. Every figure comes from the list of prices. */
import { cents, count, monthly, PROXY_MINIMUM } from '@vpc-postgres/backend/cost/costed.js';
import type { RegionPrices } from '@vpc-postgres/backend/cost/prices.js';
import { breakEvenOf } from './break-even.js';

export interface Belief {
  readonly belief: string;
  readonly fact: string;
}

/** The most common case for a second look: a terabyte. */
const GIGABYTES = 1000;

/** @param zones That an interface endpoint is in. */
export function wrongBeliefs(prices: RegionPrices, zones: number): Belief[] {
  const endpointInZone = monthly(prices.interfaceEndpointPerZoneHour.usd);
  const nat = monthly(prices.natGatewayPerHour.usd);
  const address = monthly(prices.publicAddressPerHour.usd);
  const proxy = monthly(PROXY_MINIMUM.vcpus * prices.proxyPerVcpuHour.usd);
  const proxyOnServerless = monthly(PROXY_MINIMUM.acus * prices.proxyPerAcuHour.usd);
  const instance = prices.instancePerHour['t4g.small'];
  return [
    {
      belief: 'A VPC endpoint is free.',
      fact:
        `A gateway endpoint is, for S3 and DynamoDB. An interface endpoint costs ${usd(endpointInZone)} a month in each zone, ` +
        `${usd(zones * endpointInZone)} in ${count(zones, 'zone')}, and ${prices.interfaceEndpointPerGigabyte.usd} for each GB.`,
    },
    {
      belief: 'A NAT gateway costs its hours.',
      fact:
        `Its hours are ${usd(nat)} a month. Its public IPv4 address adds ${usd(address)}, and each GB in either direction ` +
        `${prices.natGatewayPerGigabyte.usd}: ${GIGABYTES.toLocaleString('en')} GB add ${usd(GIGABYTES * prices.natGatewayPerGigabyte.usd)}.`,
    },
    ...natCheaper(prices, zones),
    {
      belief: 'An RDS Proxy before a small database costs little.',
      fact:
        `RDS charges for ${PROXY_MINIMUM.vcpus} vCPUs at least: ${usd(proxy)} a month` +
        `${instance === undefined ? '' : `, beside ${usd(monthly(instance.oneZone.usd))} for a db.t4g.small`}. Before Aurora Serverless v2 it ` +
        `charges for ${PROXY_MINIMUM.acus} ACUs at least, ${usd(proxyOnServerless)}, and its open connections keep the cluster from pausing.`,
    },
    {
      belief: 'A function in a private subnet needs a NAT gateway to sign in to the database with IAM.',
      fact: 'The token is signed without a network: no NAT gateway and no endpoint, 0.00 USD.',
    },
  ];
}

/** Where endpoints for several services cost more than a NAT gateway. */
function natCheaper(prices: RegionPrices, zones: number): Belief[] {
  const { endpoints, nat } = breakEvenOf(prices, zones);
  const first = endpoints.find(({ usd: without }) => without > nat.usd);
  if (first === undefined) return [];
  const { cheaper } = first;
  const until =
    'fromGigabytes' in cheaper ? `up to ${cheaper.fromGigabytes.toLocaleString('en')} GB a month` : 'always';
  return [
    {
      belief: 'Interface endpoints are cheaper than a NAT gateway.',
      fact:
        `For ${first.services} services in ${count(zones, 'zone')} they cost ${usd(first.usd)} a month before any traffic, a NAT gateway ` +
        `${usd(nat.usd)}: it is cheaper ${until}.`,
    },
  ];
}

const usd = (amount: number) => cents(amount).toFixed(2);
