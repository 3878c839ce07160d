import { join } from 'node:path';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { PRICES, pricesOf } from '@vpc-postgres/backend/cost/prices.js';
import { runHere } from '@vpc-postgres/testing/support/command-line.js';
import { exampleEnvironment, newProxyToCluster } from '@vpc-postgres/testing/support/environments.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { describe, expect, test } from 'vitest';
import { type ActualCost, lastMonth } from '../../../src/cost/actual-cost.js';
import { wrongBeliefs } from '../../../src/cost/beliefs.js';
import { buildCostReport } from '../../../src/cost/cost-report.js';
import { oldPrices } from '../../../src/cost/old-prices.js';
import { renderCostReport } from '../../../src/cost/render-cost-report.js';

const APP = join(import.meta.dirname, '../../../../testing/app');
const NOW = new Date('2026-11-27');

const run = (args: readonly string[]) =>
  runHere({ file: join(import.meta.dirname, '../../run-cli.ts'), args: ['cost', ...args], cwd: APP });

const proxy = { Resources: { Proxy: { Type: 'AWS::RDS::DBProxy' } } };
const report = (environment: Environment, now = NOW) => buildCostReport([proxy], 'main', environment, 1000, now);
const text = (actual?: ActualCost, columns = 80) =>
  renderCostReport({ ...report(newProxyToCluster), ...(actual && { actual }) }, { columns, colour: false });

describe('a belief that is wrong', () => {
  test.each(Object.keys(PRICES))('is contradicted with figures of %s', (region) => {
    const { prices } = pricesOf(region);
    const facts = wrongBeliefs(prices, 2).map(({ fact }) => fact);

    const hour = prices.interfaceEndpointPerZoneHour.usd;
    expect(facts[0]).toContain(`${(hour * 730).toFixed(2)} a month in each zone`);
    expect(facts[0]).toContain(`${((2 * Math.round(hour * 73_000)) / 100).toFixed(2)} in 2 zones`);
    expect(facts[1]).toContain(`1,000 GB add ${(prices.natGatewayPerGigabyte.usd * 1000).toFixed(2)}`);
    expect(facts[3]).toContain(`2 vCPUs at least: ${(prices.proxyPerVcpuHour.usd * 1460).toFixed(2)} a month`);
    expect(facts[3]).toContain(`8 ACUs at least, ${(prices.proxyPerAcuHour.usd * 5840).toFixed(2)}`);
  });

  test('follows the prices: where a NAT gateway is dear, nothing is said of endpoints that cost more', () => {
    const { prices } = pricesOf('us-east-1');
    const dear = { ...prices, natGatewayPerHour: { ...prices.natGatewayPerHour, usd: 1 } };

    expect(wrongBeliefs(dear, 2)).toHaveLength(wrongBeliefs(prices, 2).length - 1);
    expect(wrongBeliefs(dear, 2)[1]?.fact).toContain('730.00 a month');
  });
});

describe('a price', () => {
  const { prices } = pricesOf('us-east-1');
  const of = (date: string) => ({ ...prices, secretPerMonth: { ...prices.secretPerMonth, date } });
  const old = (date: string) => oldPrices(of(date), exampleEnvironment, NOW).map(({ price }) => price);

  test('is old when its source is older than a year, by a day', () => {
    expect(old('2025-11-26')).toEqual(['secretPerMonth']);
    expect(old('2025-11-27')).toEqual([]);
  });

  test('of each depth is looked at', () => {
    const all = oldPrices(prices, newProxyToCluster, new Date('2036-01-01')).map(({ price }) => price);

    expect(all).toEqual(
      expect.arrayContaining(['proxyPerAcuHour', 'instancePerHour.t4g.small.twoZones', 'functionPerGibSecond.arm64']),
    );
  });

  test('of an ACU counts before a cluster only', () => {
    const later = new Date('2036-01-01');

    expect(oldPrices(prices, exampleEnvironment, later).map(({ price }) => price)).not.toContain('proxyPerAcuHour');
  });

  test('that is old is named under Warnings', () => {
    const warned = renderCostReport(report(exampleEnvironment, new Date('2036-01-01')), {
      columns: 400,
      colour: false,
    });

    expect(warned).toMatch(/Warnings\n[\s\S]*prices are older than a year: [\s\S]*secretPerMonth of\s+\d{4}-/);
  });
});

describe('the text', () => {
  test.each([60, 80, 120])('has no line longer than the %i columns of the terminal', (columns) => {
    const lines = text({ month: '2026-10', problem: 'a reason '.repeat(20) }, columns).split('\n');

    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  test('has what was charged beside the estimate, part for part', () => {
    const shown = text({
      month: '2026-10',
      account: '111122223333',
      region: 'eu-west-1',
      parts: { 'RDS Proxy': 43.8, egress: 7 },
      restUsd: 12.5,
    });

    expect(shown).toMatch(/^ +21\.90 +43\.80 {2}RDS Proxy$/m);
    expect(shown).toMatch(/^ +0\.00 +7\.00 {2}egress$/m);
    expect(shown).toMatch(/^ +21\.90 +50\.80 {2}together$/m);
    expect(shown).toMatch(/^ +12\.50 {2}other services/m);
  });
});

test.each([
  ['2026-11-27', '2026-10-01', '2026-11-01'],
  ['2026-01-01', '2025-12-01', '2026-01-01'],
])('on %s the last whole month is from %s to before %s', (today, start, end) => {
  expect(lastMonth(new Date(today))).toEqual({ start, end });
});

describe('vpc-postgres cost', () => {
  test.each([
    [['--environment', 'nowhere'], 'There is no environment "nowhere" in amplify/environments.ts'],
    [[], "required option '--environment <NAME>' not specified"],
    [['--environment', 'example', '--requests-per-month', '1.5'], 'Expected a whole number from 0'],
    [['--environment', 'example', '--actual'], 'AWS charges 0.01 USD for each request to Cost Explorer'],
    [['--environment', 'example', '--svg', '/nowhere/a.svg'], '--svg /nowhere/a.svg cannot be written: ENOENT.'],
    // Before the question whether to pay.
    [['--environment', 'example', '--actual', '--svg', '/nowhere/a.svg'], '--svg /nowhere/a.svg cannot be written'],
  ])('%j exits 2, and says why', async (args, reason) => {
    const { status, stdout, stderr } = await run(args);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });

  // Synthesizes, which takes seconds: test/infra/cost.test.ts does so in the process of the tests.
  test.runIf(exhaustive)('with --json prints the estimate for the traffic', async () => {
    const { status, stdout } = await run(['--environment', 'example', '--requests-per-month', '10,000,000', '--json']);

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      environment: 'example',
      requestsPerMonth: 10_000_000,
      totalUsd: 20.63,
      alternatives: [{ totalUsd: 20.63 }, { totalUsd: 35.23 }, { totalUsd: 57.13 }],
    });
  });
});
