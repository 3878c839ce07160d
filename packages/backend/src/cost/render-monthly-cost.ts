/** Prints a month's cost for people: one table, and below it what other choices would change. */
import type { CostItem } from './costed.js';
import type { MonthlyCost } from './monthly-cost.js';

/** The amounts of a table end in one column. */
const AMOUNT_WIDTH = 10;

/**
 * @param region The environment's.
 * @param heading How a heading is printed.
 * @returns the sections, without the empty lines between them
 */
export function renderMonthlyCost(cost: MonthlyCost, region: string, heading: (text: string) => string): string[] {
  const { pricesOf, items, totalUsd, alternatives, notCounted } = cost;
  const unpriced = items.some(({ usd }) => usd === undefined);
  const table = [
    heading(`A month, in USD at the list prices of ${pricesOf}:`),
    '',
    ...items.map(renderItem),
    row('-'.repeat(6), ''),
    row(totalUsd.toFixed(2), unpriced ? 'together, without what has no price' : 'together'),
    '',
    ...(pricesOf === region
      ? []
      : [`  ${region} is not in the list. Its prices differ from those of ${pricesOf} by up to a half.`]),
    ...(unpriced ? ['  ?: packages/backend/src/cost/prices.ts has no price of it in this region.'] : []),
    ...notCounted.map((what) => `  Not counted: ${what}.`),
    '  What is assumed, and how old the prices are: packages/backend/docs/costs.md',
  ];
  if (alternatives.length === 0) return [table.join('\n')];
  const changes = [
    heading('What other choices would change a month by:'),
    '',
    ...alternatives.map(({ what, changeUsd }) => row(signed(changeUsd), what)),
  ];
  return [table.join('\n'), changes.join('\n')];
}

function renderItem({ what, usd, usdPerGigabyte }: CostItem): string {
  const use = usdPerGigabyte === undefined ? '' : `, and ${usdPerGigabyte} for each GB`;
  return row(usd?.toFixed(2) ?? '?', `${what}${use}`);
}

const row = (amount: string, text: string) => `${amount.padStart(AMOUNT_WIDTH)}  ${text}`.trimEnd();

const signed = (usd: number) => `${usd > 0 ? '+' : ''}${usd.toFixed(2)}`;
