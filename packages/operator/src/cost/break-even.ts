/** Computes from how many gigabytes a month a NAT gateway costs more than interface endpoints, for one to five services. */
import { cents, monthly } from '@vpc-postgres/backend/cost/costed.js';
import type { RegionPrices } from '@vpc-postgres/backend/cost/prices.js';

export interface BreakEven {
  /** The availability zones that each interface endpoint is in. */
  readonly zones: number;
  /** One NAT gateway with its public IPv4 address. */
  readonly nat: Line;
  readonly endpoints: readonly EndpointLine[];
  /** How many gigabytes a chart shows. */
  readonly mostGigabytes: number;
}

/** A month: `usd` without traffic, and `usdPerGigabyte` for what goes through. */
export interface Line {
  readonly usd: number;
  readonly usdPerGigabyte: number;
}

export interface EndpointLine extends Line {
  readonly services: number;
  readonly cheaper: Cheaper;
}

/** Which of the two is cheaper; with `fromGigabytes`, the endpoints are from there on, and the NAT gateway below it. */
export type Cheaper =
  | { readonly kind: 'endpoints' | 'nat' }
  | { readonly kind: 'endpoints from'; readonly fromGigabytes: number };

const MOST_SERVICES = 5;
/** Of a chart in which nothing crosses. */
const DEFAULT_GIGABYTES = 1000;

export function breakEvenOf(prices: RegionPrices, zones: number): BreakEven {
  const nat = {
    usd: cents(monthly(prices.natGatewayPerHour.usd) + monthly(prices.publicAddressPerHour.usd)),
    usdPerGigabyte: prices.natGatewayPerGigabyte.usd,
  };
  const endpoints = Array.from({ length: MOST_SERVICES }, (_, index): EndpointLine => {
    const services = index + 1;
    const line = {
      usd: cents(services * zones * monthly(prices.interfaceEndpointPerZoneHour.usd)),
      usdPerGigabyte: prices.interfaceEndpointPerGigabyte.usd,
    };
    return { services, ...line, cheaper: cheaperOf(line, nat) };
  });
  const crossings = endpoints.flatMap(({ cheaper }) => ('fromGigabytes' in cheaper ? [cheaper.fromGigabytes] : []));
  return { zones, nat, endpoints, mostGigabytes: roundUp(Math.max(...crossings) * 1.1) };
}

function cheaperOf(endpoints: Line, nat: Line): Cheaper {
  const moreToStart = endpoints.usd - nat.usd;
  const lessPerGigabyte = nat.usdPerGigabyte - endpoints.usdPerGigabyte;
  if (moreToStart <= 0 && lessPerGigabyte >= 0) return { kind: 'endpoints' };
  if (lessPerGigabyte <= 0) return { kind: 'nat' };
  return { kind: 'endpoints from', fromGigabytes: Math.ceil(moreToStart / lessPerGigabyte) };
}

/** @returns a month with so much traffic, in USD */
export const usdAt = (line: Line, gigabytes: number) => line.usd + gigabytes * line.usdPerGigabyte;

/** To a figure that reads well at the end of an axis. */
export function roundUp(value: number): number {
  if (!(value > 0)) return DEFAULT_GIGABYTES;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}
