/** Prints what `vpc-postgres cost` found, for people. */
import { styleText } from 'node:util';
import { COST_PARTS, type CostItem, type CostPart, cents, count } from '@vpc-postgres/backend/cost/costed.js';
import type { TextOptions } from '../terminal.js';
import { wrapText } from '../wrap-text.js';
import type { ActualCost } from './actual-cost.js';
import type { Cheaper } from './break-even.js';
import { breakEvenChart } from './break-even-chart.js';
import type { CostReport } from './cost-report.js';

const AMOUNT_WIDTH = 10;
const NARROWEST = 60;

export function renderCostReport(report: CostReport & { readonly actual?: ActualCost }, given: TextOptions): string {
  const options = { ...given, columns: Math.max(given.columns, NARROWEST) };
  return [
    renderItems(report, options),
    ...(report.actual === undefined ? [] : [renderActual(report, report.actual, options)]),
    ...(report.alternatives.length === 0 ? [] : [renderAlternatives(report, options)]),
    renderBreakEven(report, options),
    renderBeliefs(report, options),
    ...renderWarnings(report, options),
  ].join('\n\n');
}

function renderItems(report: CostReport, options: TextOptions): string {
  const { environment, account, region, items, totalUsd, notCounted, requestsPerMonth } = report;
  const isWhole = items.every(({ usd }) => usd !== undefined);
  return [
    heading(`A month of ${environment} (account ${account}, ${region}), in USD`, options),
    '',
    ...items.flatMap((item) => row(item.usd?.toFixed(2) ?? '?', describeItem(item), options)),
    ...row('-'.repeat(7), '', options),
    ...row(
      totalUsd.toFixed(2),
      `together${isWhole ? '' : ', without what has no price'}, at ${requestsPerMonth.toLocaleString('en')} requests`,
      options,
    ),
    '',
    ...wrapText(`Not counted: ${notCounted.join('; ')}.`, options.columns, '  '),
  ].join('\n');
}

function describeItem({ what, usdPerGigabyte }: CostItem): string {
  return usdPerGigabyte === undefined ? what : `${what}, and ${usdPerGigabyte} for each GB`;
}

function renderAlternatives({ alternatives }: CostReport, options: TextOptions): string {
  const width = Math.max(0, ...alternatives.map(({ changeUsd }) => signed(changeUsd).length));
  return [
    heading('The same month with one other choice', options),
    '',
    ...alternatives.flatMap(({ what, totalUsd, changeUsd }) =>
      row(totalUsd.toFixed(2), `${signed(changeUsd).padStart(width)}  ${what}`, options),
    ),
  ].join('\n');
}

function renderActual({ items, totalUsd }: CostReport, actual: ActualCost, options: TextOptions): string {
  const title = heading(`Beside it, what Cost Explorer says of ${actual.month}`, options);
  if ('problem' in actual)
    return [title, '', ...wrapText(`It did not answer: ${actual.problem}.`, options.columns, '  ')].join('\n');
  const estimated = (part: CostPart) =>
    cents(items.filter((item) => item.part === part).reduce((sum, { usd = 0 }) => sum + usd, 0));
  const line = (one: string, other: string, text: string) =>
    `${one.padStart(AMOUNT_WIDTH)}${other.padStart(AMOUNT_WIDTH + 1)}  ${text}`.trimEnd();
  const together = cents(Object.values(actual.parts).reduce((sum, usd) => sum + usd, 0));
  return [
    title,
    '',
    line('estimate', 'charged', ''),
    ...COST_PARTS.map((part) => line(estimated(part).toFixed(2), (actual.parts[part] ?? 0).toFixed(2), part)),
    line('-'.repeat(7), '-'.repeat(7), ''),
    line(totalUsd.toFixed(2), together.toFixed(2), 'together'),
    line('', actual.restUsd.toFixed(2), 'other services, which the estimate does not count'),
    '',
    ...wrapText(
      `Charged is all of account ${actual.account} in ${actual.region}, whichever environment or team it belongs to, before ` +
        'credits and taxes.',
      options.columns,
      '  ',
    ),
  ].join('\n');
}

function renderBreakEven({ breakEven, pricesOf }: CostReport, options: TextOptions): string {
  const { zones, nat, endpoints } = breakEven;
  return [
    heading('Interface endpoints or a NAT gateway, by GB a month', options),
    '',
    ...breakEvenChart(breakEven, options),
    '',
    ...wrapText(
      `N: one NAT gateway with its address, ${nat.usd.toFixed(2)} and ${nat.usdPerGigabyte} for each GB. 1 to ${endpoints.length}: ` +
        `interface endpoints for so many services in ${count(zones, 'zone')}. Prices of ${pricesOf}.`,
      options.columns,
      '  ',
    ),
    '',
    '  Cheaper, for',
    ...endpoints.map(
      (line) =>
        `    ${count(line.services, 'service').padEnd(10)}  ${line.usd.toFixed(2).padStart(6)}  ${inWords(line.cheaper)}`,
    ),
    '',
    ...wrapText(
      'Where the VPC has a NAT gateway already, its hours are paid for, and only its GB count. Choose for what else the ' +
        'functions must reach, too: docs/environments.md.',
      options.columns,
      '  ',
    ),
  ].join('\n');
}

function inWords(cheaper: Cheaper): string {
  if ('fromGigabytes' in cheaper) {
    return `N below ${cheaper.fromGigabytes.toLocaleString('en')} GB, endpoints above`;
  }
  return `${cheaper.kind === 'nat' ? 'N' : 'endpoints'} at any traffic`;
}

function renderBeliefs({ beliefs }: CostReport, options: TextOptions): string {
  return [
    heading('What many believe, and what the prices say', options),
    ...beliefs.flatMap(({ belief, fact }) => [
      '',
      ...wrapText(`"${belief}"`, options.columns, '  '),
      ...wrapText(fact, options.columns, '    '),
    ]),
  ].join('\n');
}

function renderWarnings({ region, pricesOf, oldPrices, items }: CostReport, options: TextOptions): string[] {
  const warnings = [
    ...(pricesOf === region
      ? []
      : [`${region} is not in the list of prices. Those of ${pricesOf} were used; they differ by up to a half.`]),
    ...(items.every(({ usd }) => usd !== undefined) ? [] : ['?: the list has no price of it in this region.']),
    ...(oldPrices.length === 0
      ? []
      : [
          `${count(oldPrices.length, 'price')} ${oldPrices.length === 1 ? 'is' : 'are'} older than a year: ` +
            `${oldPrices.map(({ price, date }) => `${price} of ${date}`).join(', ')}. Check them: ` +
            'packages/backend/docs/costs.md, "Where the prices come from".',
        ]),
  ];
  if (warnings.length === 0) return [];
  const title = options.colour ? styleText('yellow', 'Warnings') : 'Warnings';
  return [[title, '', ...warnings.flatMap((warning) => wrapText(warning, options.columns, '  '))].join('\n')];
}

/** An amount, and the text beside it in lines of its own. */
function row(amount: string, text: string, { columns }: TextOptions): string[] {
  const indent = ' '.repeat(AMOUNT_WIDTH + 2);
  const [first = '', ...rest] = wrapText(text, columns, indent);
  return [`${amount.padStart(AMOUNT_WIDTH)}  ${first.slice(indent.length)}`.trimEnd(), ...rest];
}

const heading = (text: string, { colour }: TextOptions) => (colour ? styleText('bold', text) : text);

const signed = (usd: number) => `${usd < 0 ? '−' : '+'}${Math.abs(usd).toFixed(2)}`;
