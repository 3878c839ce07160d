/** What an estimate is made from, and the words and the arithmetic that its parts share. */
import type { Environment } from '../configuration/environment.js';
import type { Properties } from '../testing/templates.js';
import type { RegionPrices } from './prices.js';

/** AWS's own convention: the hours of a year, divided by twelve. */
const HOURS_PER_MONTH = 730;

/** RDS charges for no less, however small the database is. @see https://aws.amazon.com/rds/proxy/pricing/ */
export const PROXY_MINIMUM = { vcpus: 2, acus: 8 } as const;

/** The parts of a month's cost, in the order of its table. */
export const COST_PARTS = ['RDS Proxy', 'database', 'egress', 'secrets', 'functions and logs'] as const;

export type CostPart = (typeof COST_PARTS)[number];

export interface CostItem {
  readonly part: CostPart;
  /** What is paid for, in words. */
  readonly what: string;
  /** A month of it, in USD. Absent when prices.ts has no price of it. */
  readonly usd?: number;
  /** In USD for each gigabyte that goes through it. @default - nothing */
  readonly usdPerGigabyte?: number;
}

export interface CostAlternative {
  /** The choice, in words, with the field of the environment. */
  readonly what: string;
  /** By how much it changes a month, in USD: negative when it saves. */
  readonly changeUsd: number;
}

/** The part of the environment that says what exists already. */
export type CostedEnvironment = Pick<Environment, 'network' | 'database' | 'sqlDataSource'>;

export interface Costed {
  readonly environment: CostedEnvironment;
  readonly prices: RegionPrices;
  /** The availability zones of the functions' subnets. */
  readonly zoneCount: number;
  readonly requestsPerMonth: number;
  /** The properties of each resource of a type, in all templates. */
  ofType(type: string): Properties[];
}

/** @param amount In USD. */
export const cents = (amount: number) => Math.round(amount * 100) / 100;

/** @param perHour In USD. @returns a month of it */
export const monthly = (perHour: number) => cents(perHour * HOURS_PER_MONTH);

/** `2 zones`, `1 address`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

/** RDS charges for the processors of the database; for those of an existing one, which are not known, the least that it charges. */
export function proxyPrice({ ofType, prices }: Costed): { readonly vcpus: number; readonly usd: number } {
  const [instance] = ofType('AWS::RDS::DBInstance');
  const vcpus = Math.max(PROXY_MINIMUM.vcpus, instance === undefined ? 0 : vcpusOf(String(instance.DBInstanceClass)));
  return { vcpus, usd: monthly(vcpus * prices.proxyPerVcpuHour.usd) };
}

/** `large` and smaller have two, `xlarge` has four, `2xlarge` eight. */
function vcpusOf(instanceClass: string): number {
  const [, multiple] = /\.(\d*)xlarge$/.exec(instanceClass) ?? [];
  return multiple === undefined ? 2 : 4 * Number(multiple || 1);
}

/** One, with its public address. */
export const natGatewayPerMonth = (prices: RegionPrices) =>
  monthly(prices.natGatewayPerHour.usd) + monthly(prices.publicAddressPerHour.usd);

/** In each zone, with an address in each. */
export const regionalNatGatewayPerMonth = (prices: RegionPrices, zoneCount: number) =>
  monthly(zoneCount * prices.regionalNatGatewayPerZoneHour.usd) + monthly(zoneCount * prices.publicAddressPerHour.usd);
