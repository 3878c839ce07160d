/** Puts together what `vpc-postgres cost` says, as data. It reads nothing, so the same input gives the same report. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type CostAlternative, type CostItem, cents } from '@vpc-postgres/backend/cost/costed.js';
import { estimateMonthlyCost } from '@vpc-postgres/backend/cost/monthly-cost.js';
import { pricesOf } from '@vpc-postgres/backend/cost/prices.js';
import { networkReportOf, type TemplateWithReport } from '@vpc-postgres/backend/synth/synth-report.js';
import { type Belief, wrongBeliefs } from './beliefs.js';
import { type BreakEven, breakEvenOf } from './break-even.js';
import { type OldPrice, oldPrices } from './old-prices.js';

export interface CostReport {
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  /** The region whose prices these are: the environment's, or another one where the list of prices does not have it. */
  readonly pricesOf: string;
  readonly requestsPerMonth: number;
  readonly items: readonly CostItem[];
  /** The sum of the items that have a price, in USD. */
  readonly totalUsd: number;
  readonly alternatives: readonly Alternative[];
  /** What the estimate cannot know. */
  readonly notCounted: readonly string[];
  /** Prices whose source is older than a year. */
  readonly oldPrices: readonly OldPrice[];
  readonly breakEven: BreakEven;
  readonly beliefs: readonly Belief[];
}

export interface Alternative extends CostAlternative {
  /** A month with this choice, in USD. */
  readonly totalUsd: number;
}

/** RDS Proxy and Lambda have two; it is used only when an old template does not say. */
const USUAL_ZONES = 2;

/**
 * @param templates All of the deployment.
 * @param name The environment's.
 * @param now What the age of prices is counted to.
 */
export function buildCostReport(
  templates: readonly TemplateWithReport[],
  name: string,
  environment: Environment,
  requestsPerMonth: number,
  now: Date,
): CostReport {
  const { account, region } = environment;
  const zones = templates.map(networkReportOf).find((report) => report !== undefined)?.zoneCount ?? USUAL_ZONES;
  const cost = estimateMonthlyCost(templates, environment, region, zones, requestsPerMonth);
  const { prices } = pricesOf(region);
  return {
    environment: name,
    account,
    region,
    requestsPerMonth,
    ...cost,
    alternatives: cost.alternatives.map((one) => ({ ...one, totalUsd: cents(cost.totalUsd + one.changeUsd) })),
    oldPrices: oldPrices(prices, environment, now),
    breakEven: breakEvenOf(prices, zones),
    beliefs: wrongBeliefs(prices, zones),
  };
}
