import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { expect, test } from 'vitest';
import type { Environment } from '../../../src/configuration/environment.js';
import type { Change } from './change.js';
import { changes } from './changes.js';
import { DATABASE_IS_DELETED, DATABASE_IS_REPLACED, type Deploy, deployBackend, effectOf } from './effect.js';
import { pageHas, type Row, renderPage } from './page.js';
import { type Shape, shapes } from './shapes.js';
import { synthesizeStack } from './synthesize-stack.js';

const PAGE = join(import.meta.dirname, '../../../docs/changes.md');

/** All shapes with all changes are some hundred syntheses. */
const EVERY_SYNTHESIS_MILLIS = 3_600_000;

/** With the whole backend: a proxy that is replaced, a refused change, and a restart. */
const FEW: readonly [shape: string, field: string][] = [
  ['created VPC, egress none, created database with IAM', 'database.name'],
  ['created VPC, egress none, created database with IAM', 'database.server.maxConnections'],
  ['existing VPC, egress none, new proxy to an instance with IAM', 'network.subnets.type'],
];

/** Who knows what becomes of a change: the stack of network and database alone, or the whole backend. */
const isOfStack = ({ field }: Change) => /^(network|database|account|region)\b/.test(field);

/** What is outside network and database depends on neither the egress nor how the database knows its users. */
const hasChange = ({ title }: Shape, change: Change) =>
  isOfStack(change) || (/egress none/.test(title) && !/secret|cluster/.test(title));

async function rowsOf(
  deployOf: (change: Change) => Deploy,
  isWanted: (shape: Shape, change: Change) => boolean,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const shape of shapes) {
    const synthesizeOnce = memoize();
    for (const change of changes.filter((one) => isWanted(shape, one))) {
      const former = change.before === undefined ? shape.environment : change.before(shape.environment);
      const changed = former && change.apply(former);
      if (former === undefined || changed === undefined) continue;
      const deploy = deployOf(change);
      const templates = await synthesizeOnce(deploy, former, change.before);
      rows.push({ change, shape, effect: await effectOf(change, templates, changed, deploy) });
    }
  }
  return rows;
}

/** Synthesizes an environment once for all changes that start from it. */
function memoize() {
  const known = new Map<Deploy, Map<Change['before'], Awaited<ReturnType<Deploy>>>>();
  return async (deploy: Deploy, environment: Environment, before: Change['before']) => {
    const ofDeploy = known.get(deploy) ?? new Map();
    known.set(deploy, ofDeploy);
    const templates = ofDeploy.get(before) ?? (await deploy(environment));
    ofDeploy.set(before, templates);
    return templates;
  };
}

test('the page says of a few changes what the whole backend replaces', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const rows = await rowsOf(
    () => deployBackend,
    (shape, change) => FEW.some(([title, field]) => title === shape.title && field === change.field),
  );

  expect(rows.map(({ effect }) => effect)).toEqual([
    expect.stringMatching(/^replaced: RDS::DBProxy/),
    expect.stringContaining('`database.name` cannot change'),
    expect.stringContaining('the database restarts'),
  ]);
  expect(rows.filter((row) => !pageHas(page, row))).toEqual([]);
});

test('the page warns of every change that deletes a database, and none replaces one by an empty one', () => {
  const lines = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const deletes = lines.filter((line) =>
    line.replace(/possibly replaced: RDS::DBInstance/, '').includes('RDS::DBInstance'),
  );

  expect(lines.length).toBeGreaterThan(40);
  expect(deletes.length).toBeGreaterThan(0);
  expect(deletes.filter((line) => !line.includes(DATABASE_IS_DELETED))).toEqual([]);
  expect(deletes.filter((line) => !/`(network|database\.server)\.kind`/.test(line))).toEqual([]);
  expect(lines.filter((line) => line.includes(DATABASE_IS_REPLACED))).toEqual([]);
});

test.runIf(exhaustive)(
  'the page says what every change of every shape replaces',
  { timeout: EVERY_SYNTHESIS_MILLIS },
  async () => {
    const deployOf = (change: Change) => (isOfStack(change) ? synthesizeStack : deployBackend);
    await expect(renderPage(await rowsOf(deployOf, hasChange))).toMatchFileSnapshot(PAGE);
  },
);
