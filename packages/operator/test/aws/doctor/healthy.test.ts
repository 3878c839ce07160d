import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { READS } from '../../../src/aws/reads.js';
import { DOCTOR_READS } from '../../../src/doctor/doctor-reads.js';
import { type Clinic, openClinic } from './clinic.js';
import { SHAPES, type Shape } from './recipe.js';

const motoServer = inject('motoServer');

describe.skipIf(motoServer === undefined)('vpc-postgres doctor', () => {
  let clinic: Clinic;

  beforeAll(async () => {
    clinic = await openClinic(motoServer ?? '');
  });
  afterAll(() => clinic?.close());

  const asked = new Set<string>();

  test.each(Object.keys(SHAPES) as Shape[])('finds nothing wrong with %s', async (shape) => {
    const report = await clinic.examine(SHAPES[shape]);
    for (const name of clinic.asked()) asked.add(name);

    expect(
      report.groups.flatMap(({ checks }) => checks).filter(({ status }) => !['ok', 'skipped'].includes(status)),
    ).toEqual([]);
    expect(report.summary.ok).toBeGreaterThan(25);
  });

  test('has asked only what the list of reads has, and each of them in one shape or another', () => {
    expect([...asked].filter((name) => !Object.hasOwn(READS, name))).toEqual([]);
    expect([...asked].toSorted()).toEqual([...DOCTOR_READS].toSorted());
  });
});
