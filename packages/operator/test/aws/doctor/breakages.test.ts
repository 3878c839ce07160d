import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Breakage } from './breakage.js';
import { ACL_BREAKAGES } from './breakages-acls.js';
import { DATABASE_BREAKAGES } from './breakages-database.js';
import { FUNCTION_BREAKAGES } from './breakages-functions.js';
import { GROUP_BREAKAGES } from './breakages-groups.js';
import { NETWORK_BREAKAGES } from './breakages-network.js';
import { PROXY_BREAKAGES } from './breakages-proxy.js';
import { type Clinic, openClinic } from './clinic.js';
import { SHAPES } from './recipe.js';

const motoServer = inject('motoServer');

const BREAKAGES: readonly Breakage[] = [
  ...NETWORK_BREAKAGES,
  ...ACL_BREAKAGES,
  ...GROUP_BREAKAGES,
  ...PROXY_BREAKAGES,
  ...DATABASE_BREAKAGES,
  ...FUNCTION_BREAKAGES,
];

/** What leaves the account in moto as it is comes first, shape by shape, so that it is made once. */
const needsOwnAccount = ({ recipe, change }: Breakage) => recipe !== undefined || change !== undefined;
const inOrder = Object.keys(SHAPES).flatMap((shape) => {
  const ofShape = BREAKAGES.filter((one) => one.shape === shape);
  return [...ofShape.filter((one) => !needsOwnAccount(one)), ...ofShape.filter(needsOwnAccount)];
});
/** One of each check, and all in the exhaustive run. */
const tried = process.env.EXHAUSTIVE
  ? inOrder
  : inOrder.filter(({ check }, index) => inOrder.findIndex((one) => one.check === check) === index);

test('there are enough of them, in each shape', () => {
  expect(BREAKAGES.length).toBeGreaterThan(100);
  expect(new Set(BREAKAGES.map(({ shape }) => shape)).size).toBe(Object.keys(SHAPES).length);
});

describe.skipIf(motoServer === undefined)('vpc-postgres doctor finds, and nothing else', () => {
  let clinic: Clinic;

  beforeAll(async () => {
    clinic = await openClinic(motoServer ?? '');
  });
  afterAll(() => clinic?.close());

  test.each(tried)('$name, with $shape', async ({ shape, check, severity = 'problem', problem, fix, ...treatment }) => {
    const report = await clinic.examine(SHAPES[shape], treatment);

    const found = report.groups
      .flatMap(({ checks }) => checks)
      .filter(({ status }) => !['ok', 'skipped'].includes(status));
    expect(
      found.map(({ id, status }) => [id, status]),
      JSON.stringify(found, null, 2),
    ).toEqual([[check, severity]]);
    const findings = found.flatMap((one) => one.findings);
    for (const finding of findings) {
      expect(finding.problem).toMatch(problem);
      expect(finding.fix).toMatch(fix);
    }
  });
});
