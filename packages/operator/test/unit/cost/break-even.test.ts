import { pricesOf, type RegionPrices } from '@vpc-postgres/backend/cost/prices.js';
import { expect, test } from 'vitest';
import { breakEvenOf, roundUp, usdAt } from '../../../src/cost/break-even.js';
import { breakEvenChart } from '../../../src/cost/break-even-chart.js';
import { breakEvenSvg } from '../../../src/cost/break-even-svg.js';

const { prices } = pricesOf('us-east-1');
const price = (usd: number) => ({ usd, source: 'a test', date: '2026-11-01' });
const withPrices = (changed: Partial<RegionPrices>) => breakEvenOf({ ...prices, ...changed }, 2);

test('from the gigabytes on that are named, endpoints cost less than a NAT gateway, and below them more', () => {
  const { nat, endpoints } = breakEvenOf(prices, 2);

  const crossing = endpoints.flatMap((line) => ('fromGigabytes' in line.cheaper ? [line.cheaper.fromGigabytes] : []));
  expect(crossing).toEqual([209, 626, 1043]);
  for (const line of endpoints) {
    if (!('fromGigabytes' in line.cheaper)) continue;
    const { fromGigabytes } = line.cheaper;
    expect(usdAt(line, fromGigabytes)).toBeLessThan(usdAt(nat, fromGigabytes));
    expect(usdAt(line, fromGigabytes - 1)).toBeGreaterThan(usdAt(nat, fromGigabytes - 1));
  }
});

test('endpoints in one zone cost half, so a NAT gateway is cheaper only from more services on', () => {
  expect(breakEvenOf(prices, 1).endpoints.map(({ usd, cheaper }) => [usd, cheaper.kind])).toEqual([
    [7.3, 'endpoints'],
    [14.6, 'endpoints'],
    [21.9, 'endpoints'],
    [29.2, 'endpoints'],
    [36.5, 'endpoints'],
  ]);
});

test('where a gigabyte costs no less through an endpoint, a NAT gateway that is cheaper stays so', () => {
  const { endpoints } = withPrices({ interfaceEndpointPerGigabyte: price(0.05) });

  expect(endpoints.at(-1)?.cheaper).toEqual({ kind: 'nat' });
});

test.each([
  [80, 80],
  [100, 100],
  [60, 60],
])('in a terminal of %i columns the chart has no line longer than that', (columns, most) => {
  const lines = breakEvenChart(breakEvenOf(prices, 2), { columns: columns, colour: false });

  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(most);
  for (const mark of ['1', '5', 'N']) expect(lines.slice(1, -2).join('')).toContain(mark);
  expect(lines.at(-1)).toMatch(/^ +0 +600 +1,200 GB$/);
});

test('in colour the chart has the same text', () => {
  const options = { columns: 80, colour: false };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal takes for a colour.
  const plain = (line: string) => line.replaceAll(/\u001b\[\d+m/g, '');
  const breakEven = breakEvenOf(prices, 2);
  const coloured = breakEvenChart(breakEven, { ...options, colour: true });

  expect(coloured.join('\n')).toContain('\u001b[');
  expect(coloured.map((line) => plain(line))).toEqual(breakEvenChart(breakEven, options));
});

test('the picture has a line for each choice, and a circle where one crosses the NAT gateway', () => {
  const svg = breakEvenSvg(breakEvenOf(prices, 2), 'us-east-1');

  expect(svg.match(/<circle /g)).toHaveLength(3);
  expect(svg.match(/stroke-width="(2|3\.5)"\/>/g)?.length).toBe(5 + 1 + 3);
  for (const text of ['209 GB', '1,043 GB', 'one NAT gateway', '5 services', 'List prices of us-east-1']) {
    expect(svg).toContain(text);
  }
});

test.each([
  [1147, 1200],
  [100, 100],
  [101, 120],
  [0.5, 0.5],
  [9, 10],
  [Number.NEGATIVE_INFINITY, 1000],
])('the axis for %d ends at %d', (value, end) => {
  expect(roundUp(value)).toBe(end);
});
