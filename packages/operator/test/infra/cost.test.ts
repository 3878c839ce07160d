import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSettings } from '@vpc-postgres/backend/configuration/database-settings.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { COST_PARTS, cents } from '@vpc-postgres/backend/cost/costed.js';
import type { TemplateWithReport } from '@vpc-postgres/backend/synth/synth-report.js';
import { egressContext } from '@vpc-postgres/testing/support/deployments.js';
import {
  exampleEnvironment,
  exampleNetwork,
  existingInstance,
  newProxyToCluster,
  proxyWithIam,
  withDatabase,
  withSqlDataSource,
} from '@vpc-postgres/testing/support/environments.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { buildCostReport, type CostReport } from '../../src/cost/cost-report.js';

/** The sums by hand of docs/cost.md: the arithmetic of each cell is done here, and compared with what the command counts. */
const DOCS = join(import.meta.dirname, '../../docs');
const REQUESTS = 10_000_000;
const { name, user } = exampleEnvironment.database;

/** In the order of the columns of the document. */
const FIVE: readonly (readonly [what: string, Environment])[] = [
  ['an existing proxy in an existing VPC', exampleEnvironment],
  [
    'a new proxy before an existing instance, with endpoints for two services',
    {
      ...withDatabase({ proxy: proxyWithIam, server: existingInstance }),
      network: {
        ...exampleNetwork,
        egress: { kind: 'endpoints', interfaces: [{ service: 'secretsmanager' }, { service: 'sqs' }] },
      },
    },
  ],
  [
    'a created database in two zones behind a proxy, with one NAT gateway',
    {
      ...withDatabase({ proxy: proxyWithIam, server: { kind: 'new', instanceType: 't4g.medium', multiAz: true } }),
      network: { kind: 'new', egress: { kind: 'nat' } },
    },
  ],
  ['a new proxy before Aurora, with the SQL data source', withSqlDataSource(newProxyToCluster)],
  [
    'in London a created database without a proxy, with an endpoint in one zone',
    {
      ...exampleEnvironment,
      region: 'eu-west-2',
      network: { kind: 'new', egress: { kind: 'endpoints', zones: 'one', interfaces: [{ service: 'sqs' }] } },
      database: { name, user, server: { kind: 'new' }, proxy: { kind: 'none' } } as DatabaseSettings,
      limits: { reservedConcurrency: 20 },
    },
  ],
];

async function report(environment: Environment): Promise<CostReport> {
  // Loading Amplify and the CDK takes longer than all of this file: only the exhaustive run does.
  const { branch, synthesize } = await import('@vpc-postgres/testing/support/synthesize.js');
  const { files } = await synthesize(branch('main'), {
    environments: { main: environment },
    cachedContext: { ...readProjectContext(), ...egressContext },
    bundle: false,
  });
  const templates = [...files.values()].map((text): TemplateWithReport => JSON.parse(text));
  return buildCostReport(templates, 'main', environment, REQUESTS, new Date('2026-11-27'));
}

/** The cells of one column below its heading, by the first cell of their row. */
function column(index: number): ReadonlyMap<string, string> {
  const rows = readFileSync(join(DOCS, 'cost.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  return new Map(rows.map(([first = '', ...cells]) => [first, cells[index] ?? '']));
}

/** `2 × 0.015 × 730 = 21.90`; an empty cell is nothing. @throws Error when the arithmetic is wrong */
function workOut(cell: string): number {
  if (cell === '') return 0;
  const [arithmetic = '', result = ''] = cell.split(' = ');
  const expression = arithmetic.replaceAll('×', '*');
  if (!/^[\d.+*() ]+$/.test(expression)) throw new Error(`"${cell}" is no arithmetic.`);
  const worked = cents(Number(new Function(`return ${expression}`)()));
  if (worked.toFixed(2) !== result) throw new Error(`"${cell}" comes to ${worked}.`);
  return worked;
}

test.runIf(exhaustive).each(FIVE.map(([what, environment], index) => [what, index, environment] as const))(
  'a month of %s agrees with the sum by hand, part for part',
  async (_what, index, environment) => {
    const { items, totalUsd } = await report(environment);
    const byHand = column(index);

    const counted = COST_PARTS.map((part) => [
      part,
      cents(items.filter((item) => item.part === part).reduce((sum, { usd }) => sum + (usd ?? Number.NaN), 0)),
    ]);
    expect(counted).toEqual(COST_PARTS.map((part) => [part, workOut(byHand.get(part) ?? 'no such row')]));
    expect(totalUsd.toFixed(2)).toBe(byHand.get('together'));
  },
);

test.runIf(exhaustive)('the report is as its JSON schema says, with each alternative as a whole month', async () => {
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(join(DOCS, 'schemas/cost.schema.json'), 'utf8')));
  const cost = await report(newProxyToCluster);

  expect(validate(JSON.parse(JSON.stringify(cost))), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...cost, totalUsd: undefined })).toBe(false);
  expect(cost.alternatives.length).toBeGreaterThan(2);
  for (const { totalUsd, changeUsd } of cost.alternatives) expect(totalUsd).toBe(cents(cost.totalUsd + changeUsd));
});

test.runIf(exhaustive)('an endpoint is counted in as many zones as the functions are in', async () => {
  const cost = await report(exampleEnvironment);

  expect(cost.breakEven.zones).toBe(2);
  expect(cost.breakEven.endpoints[0]?.usd).toBe(14.6);
});
