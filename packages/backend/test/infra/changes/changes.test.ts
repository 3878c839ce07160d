import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { expect, test } from 'vitest';
import { DATABASE_IS_DELETED, DATABASE_IS_REPLACED, type Deploy, deployBackend, effectOf } from './effect.js';
import { pageHas, type Row, renderPage } from './page.js';
import { changes, shapes } from './shapes.js';
import { synthesizeStack } from './synthesize-stack.js';

const PAGE = join(import.meta.dirname, '../../../docs/changes.md');

/** All shapes with all changes are some hundred syntheses. */
const EVERY_SYNTHESIS_MILLIS = 3_600_000;

/** With the whole backend: a proxy that is replaced, a refused change, and a restart. */
const FEW: readonly [shape: string, field: string][] = [
  ['created VPC, egress none, created database with IAM', 'database.name'],
  ['created VPC, egress none, created database with IAM', 'database.server.maxConnections'],
  ['existing VPC, egress none, new proxy to an instance with IAM', 'network.subnets'],
];

async function rowsOf(deploy: Deploy, isWanted: (shape: string, field: string) => boolean): Promise<Row[]> {
  const rows: Row[] = [];
  for (const shape of shapes) {
    const wanted = changes.filter(({ field }) => isWanted(shape.title, field));
    if (wanted.length === 0) continue;
    const before = await deploy(shape.environment);
    for (const change of wanted) {
      const effect = await effectOf(shape, change, before, deploy);
      if (effect !== undefined) rows.push({ change, shape, effect });
    }
  }
  return rows;
}

test('the page says of a few changes what the whole backend replaces', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const rows = await rowsOf(deployBackend, (shape, field) =>
    FEW.some(([title, name]) => title === shape && name === field),
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
    await expect(renderPage(await rowsOf(synthesizeStack, () => true))).toMatchFileSnapshot(PAGE);
  },
);
