/**
 * Estimates what a month of an environment costs. For comparing choices, not for a bill: docs/costs.md says what is assumed, and
 * works five environments out by hand.
 */
import type { Template } from '../testing/templates.js';
import { alternativesTo } from './alternatives.js';
import { costItems } from './cost-items.js';
import { type CostAlternative, type Costed, type CostedEnvironment, type CostItem, cents } from './costed.js';
import { pricesOf } from './prices.js';

/** Stated in the table, and the same for every environment, so that two of them can be compared. */
export const DEFAULT_REQUESTS_PER_MONTH = 1_000_000;

export interface MonthlyCost {
  /** The region whose prices these are: the environment's, or us-east-1 where prices.ts does not have it. */
  readonly pricesOf: string;
  readonly items: readonly CostItem[];
  /** The sum of the items that have a price, in USD. */
  readonly totalUsd: number;
  /** The other choices of the environment. */
  readonly alternatives: readonly CostAlternative[];
  /** What the estimate cannot know. */
  readonly notCounted: readonly string[];
}

/**
 * @param templates All of the deployment.
 * @param region The environment's.
 * @param zoneCount The availability zones of the functions' subnets.
 * @param requestsPerMonth Of 100 ms each, all to the function with the most memory.
 */
export function estimateMonthlyCost(
  templates: readonly Template[],
  environment: CostedEnvironment,
  region: string,
  zoneCount: number,
  requestsPerMonth = DEFAULT_REQUESTS_PER_MONTH,
): MonthlyCost {
  const resources = templates.flatMap(({ Resources = {} }) => Object.values(Resources));
  const found = pricesOf(region);
  const costed: Costed = {
    environment,
    prices: found.prices,
    zoneCount,
    requestsPerMonth,
    ofType: (type) => resources.flatMap(({ Type, Properties = {} }) => (Type === type ? [Properties] : [])),
  };
  const items = costItems(costed);
  return {
    pricesOf: found.region,
    items,
    totalUsd: cents(items.reduce((sum, { usd = 0 }) => sum + usd, 0)),
    alternatives: alternativesTo(costed),
    notCounted: [
      ...paidByOthers(environment),
      'data transfer, AppSync, Cognito, Amplify Hosting, alarms, free tiers, taxes',
    ],
  };
}

function paidByOthers({ database: { proxy, server } }: CostedEnvironment): string[] {
  if (proxy.kind === 'existing') return ['the existing proxy and its database: their owner pays for them'];
  return server?.kind === 'new' ? [] : ['the existing database: its owner pays for it'];
}
