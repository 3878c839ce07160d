/** What a month of a sandbox with a database of its own costs, before there is any template to count in. */
import { NEW_SERVER_DEFAULTS } from '../configuration/server-settings.js';
import { cents, monthly } from './costed.js';
import { pricesOf } from './prices.js';

export interface SandboxPrice {
  readonly usd: number;
  /** Whose prices these are: the sandbox's region, or us-east-1 where prices.ts does not have it. */
  readonly region: string;
}

/** The server that an environment gets by default, without a proxy: instance, storage and the master user's secret. */
export function priceOfSandbox(inRegion: string): SandboxPrice {
  const { region, prices } = pricesOf(inRegion);
  const { instanceType, allocatedStorageGiB } = NEW_SERVER_DEFAULTS;
  const instance = prices.instancePerHour[instanceType];
  if (instance === undefined) throw new Error(`prices.ts has no price of ${instanceType} in ${region}.`);
  const storage = allocatedStorageGiB * prices.storagePerGibMonth.oneZone.usd;
  return { usd: cents(monthly(instance.oneZone.usd) + storage + prices.secretPerMonth.usd), region };
}
