/** Finds the prices of an estimate whose source is older than a year. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import type { Price, RegionPrices } from '@vpc-postgres/backend/cost/prices.js';

export interface OldPrice {
  /** Its name in prices.ts: `proxyPerVcpuHour`, `instancePerHour.t4g.small.oneZone`. */
  readonly price: string;
  readonly source: string;
  /** `2025-08-12`, or `2025-08`. */
  readonly date: string;
}

export function oldPrices(prices: RegionPrices, environment: Environment, now: Date): OldPrice[] {
  const yearAgo = new Date(now);
  yearAgo.setUTCFullYear(now.getUTCFullYear() - 1);
  // The price of an ACU is shown only before a cluster.
  const used = environment.database.server?.kind === 'cluster' ? prices : { ...prices, proxyPerAcuHour: {} };
  return pricesIn(used).filter(({ date }) => new Date(date) < yearAgo);
}

function pricesIn(value: object, path: readonly string[] = []): OldPrice[] {
  if (isPrice(value)) return [{ price: path.join('.'), source: value.source, date: value.date }];
  return Object.entries(value).flatMap(([name, part]) =>
    typeof part === 'object' && part !== null ? pricesIn(part, [...path, name]) : [],
  );
}

const isPrice = (value: object): value is Price => 'usd' in value && 'date' in value;
