import { environments } from '@vpc-postgres/testing/app/amplify/environments.js';
import { expect, test } from 'vitest';
import type { Environment } from '../../../src/configuration/environment.js';
import { estimateMonthlyCost } from '../../../src/cost/monthly-cost.js';
import { FALLBACK_REGION, PRICES, pricesOf } from '../../../src/cost/prices.js';
import { renderMonthlyCost } from '../../../src/cost/render-monthly-cost.js';

const example = environments.example as Environment;
const { name, user } = example.database;
const created: Environment = {
  ...example,
  database: { name, user, server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'iam' } } },
};

const template = (resources: readonly [string, object][]) => ({
  Resources: Object.fromEntries(resources.map(([Type, Properties], index) => [`r${index}`, { Type, Properties }])),
});

const databaseOf = (DBInstanceClass: string) =>
  template([
    ['AWS::RDS::DBProxy', {}],
    ['AWS::RDS::DBInstance', { DBInstanceClass, AllocatedStorage: '100', MultiAZ: false }],
  ]);

const functionOf = (
  MemorySize: number,
  Architectures?: string[],
  Variables: object = { AMPLIFY_SSM_ENV_CONFIG: '{}' },
) => template([['AWS::Lambda::Function', { MemorySize, Architectures, Environment: { Variables } }]]);

test.each([
  ['db.t4g.small', 2, 21.9],
  ['db.m7g.large', 2, 21.9],
  ['db.m7g.xlarge', 4, 43.8],
  ['db.r7g.4xlarge', 16, 175.2],
])('a proxy before a %s is charged for %i vCPUs', (instanceClass, vcpus, usd) => {
  const [proxy] = estimateMonthlyCost([databaseOf(instanceClass)], created, 'us-east-1', 2).items;

  expect(proxy).toMatchObject({ what: `RDS Proxy for ${vcpus} vCPUs`, usd });
});

test('a class without a price has none in the table either, and the sum says so', () => {
  const cost = estimateMonthlyCost([databaseOf('db.m7g.large')], created, 'us-east-1', 2);

  expect(cost.items[1]).toMatchObject({ what: 'database db.m7g.large' });
  expect(cost.items[1]).not.toHaveProperty('usd');
  expect(cost.totalUsd).toBe(21.9 + 11.5);
  expect(
    renderMonthlyCost(cost, 'us-east-1', String).join('\n\n'),
  ).toBe(`A month, in USD at the list prices of us-east-1:

     21.90  RDS Proxy for 2 vCPUs
         ?  database db.m7g.large
     11.50  its storage, 100 GiB
      0.00  its backups up to 100 GiB, and 0.095 for each GiB beyond
    ------
     33.40  together, without what has no price

  ?: packages/backend/src/cost/prices.ts has no price of it in this region.
  Not counted: data transfer, AppSync, Cognito, Amplify Hosting, alarms, free tiers, taxes.
  What is assumed, and how old the prices are: packages/backend/docs/costs.md

What other choices would change a month by:

    -21.90  no proxy, and limits.reservedConcurrency: database.proxy { kind: 'none' }
      0.00  egress over IPv6, to what answers there: network.egress { kind: 'ipv6' }
    +14.60  an interface endpoint in 2 zones, for each service: network.egress { kind: 'endpoints' }
    +36.50  a NAT gateway, where the VPC has none: network.egress { kind: 'nat' }`);
});

test('the requests go to the function of the app with the most memory, at the price of its architecture', () => {
  const requestsTo = (...templates: Parameters<typeof estimateMonthlyCost>[0]) =>
    estimateMonthlyCost(templates, example, 'us-east-1', 2).items[0];

  expect(requestsTo(functionOf(512), functionOf(2048, ['arm64']), functionOf(4096, [], {}))).toMatchObject({
    what: '1,000,000 requests of 100 ms to a function of 2048 MB on arm64',
    // 1,000,000 x 0.0000002 + 1,000,000 x 0.1 s x 2 GiB x 0.0000133334
    usd: 2.87,
  });
  expect(requestsTo(functionOf(4096, [], {}))).toBeUndefined();
});

test('what arm64 would save is an alternative to x86_64, and to nothing else', () => {
  const alternatives = (architecture: string) =>
    estimateMonthlyCost([functionOf(1024, [architecture])], example, 'us-east-1', 2).alternatives.map(
      ({ changeUsd }) => changeUsd,
    );

  // 1,000,000 x 0.1 s x 1 GiB x (0.0000133334 - 0.0000166667)
  expect(alternatives('x86_64')).toEqual([0, 14.6, 36.5, -0.33]);
  expect(alternatives('arm64')).toEqual([0, 14.6, 36.5]);
});

test('where the price of a GB through a regional NAT gateway is not known, its line says so', () => {
  const gateway = template([['AWS::EC2::NatGateway', { AvailabilityMode: 'regional' }]]);
  const costOf = (region: string) => estimateMonthlyCost([gateway], example, region, 2).items;

  expect(costOf('us-east-1')[0]).toEqual({
    part: 'egress',
    what: 'a regional NAT gateway in 2 zones',
    usd: 65.7,
    usdPerGigabyte: 0.045,
  });
  expect(costOf('eu-west-2')[0]).toEqual({
    part: 'egress',
    what: 'a regional NAT gateway in 2 zones; each GB through it is not counted: its price is not known',
    usd: 73,
  });
});

test('a region that is not in the list has the prices of another, and the table says which', () => {
  const cost = estimateMonthlyCost([functionOf(1024)], example, 'eu-west-1', 2);

  expect(cost.pricesOf).toBe('us-east-1');
  const [table] = renderMonthlyCost(cost, 'eu-west-1', String);
  expect(table).toContain('eu-west-1 is not in the list. Its prices differ from those of us-east-1 by up to a half.');
  expect(renderMonthlyCost(cost, 'us-east-1', String)[0]).not.toContain('not in the list');
});

test('each price is a positive number with a source and its date', () => {
  const prices = Object.values(PRICES).flatMap(pricesIn);

  expect(prices.length).toBeGreaterThan(30);
  for (const { usd, source, date } of prices) {
    expect(usd).toBeGreaterThan(0);
    expect(source).toMatch(/^(A(mazon|WS)\w+ [\w:.-]+|https:\/\/aws\.amazon\.com\/\S+)$/);
    expect(date).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
  }
  expect(pricesOf('eu-west-2')).toEqual({ region: 'eu-west-2', prices: PRICES['eu-west-2'] });
  expect(pricesOf('ap-south-2')).toEqual({ region: FALLBACK_REGION, prices: PRICES[FALLBACK_REGION] });
});

test('the usage types of a price are those of its region', () => {
  for (const { source } of pricesIn(PRICES['eu-west-2'])) expect(source).toContain(' EUW2-');
  for (const { source } of pricesIn(PRICES[FALLBACK_REGION])) expect(source).not.toMatch(/ (?!USE1)[A-Z]{2,3}\d-/);
});

type Price = { readonly usd: number; readonly source: string; readonly date: string };

function pricesIn(value: unknown): Price[] {
  if (typeof value !== 'object' || value === null) return [];
  return 'usd' in value ? [value as Price] : Object.values(value).flatMap(pricesIn);
}
