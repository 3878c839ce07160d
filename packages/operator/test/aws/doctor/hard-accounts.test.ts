import { CreateVpcCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RecordedRequest } from '../recording-endpoint.js';
import { type Clinic, openClinic } from './clinic.js';
import { SHAPES } from './recipe.js';

/** Accounts that are healthy and hard to read. */
const motoServer = inject('motoServer');
const healthy = SHAPES['an existing proxy'];

describe.skipIf(motoServer === undefined)('vpc-postgres doctor', () => {
  let clinic: Clinic;

  beforeAll(async () => {
    clinic = await openClinic(motoServer ?? '');
  });
  afterAll(() => clinic?.close());

  const statuses = (report: Awaited<ReturnType<Clinic['examine']>>) =>
    Object.fromEntries(report.groups.flatMap(({ checks }) => checks).map(({ id, status }) => [id, status]));

  test('without some permissions, says which, and reports the rest', async () => {
    const report = await clinic.examine(healthy, { deny: ({ action }) => action === 'DescribeDBProxies' });

    expect(report.missingPermissions?.actions).toEqual(['rds:DescribeDBProxies']);
    expect(report.missingPermissions?.policy.Statement).toEqual([
      expect.objectContaining({ Effect: 'Allow', Action: ['rds:DescribeDBProxies'], Resource: '*' }),
    ]);
    expect(statuses(report)).toMatchObject({
      proxy: 'unknown',
      'vpc-dns': 'ok',
      'subnets-private': 'ok',
      functions: 'ok',
    });
    expect(report.summary.problems).toBe(0);
  });

  test('with credentials that may only say who they are, reports what that is, and the whole policy', async () => {
    const report = await clinic.examine(healthy, {
      deny: ({ action, service }: RecordedRequest) => service !== 'sts' && action !== 'AssumeRole',
    });

    expect(statuses(report)).toMatchObject({
      account: 'ok',
      'installed-packages': 'ok',
      vpc: 'unknown',
      proxy: 'unknown',
    });
    expect(report.summary.problems).toBe(0);
    expect(report.missingPermissions?.actions).toContain('ec2:DescribeVpcs');
    expect(report.missingPermissions?.actions).toContain('ssm:GetParameter');
  });

  test('asks again what AWS throttles', async () => {
    const throttled = new Set<string>();
    const report = await clinic.examine(healthy, {
      // Each operation of EC2 once.
      throttle: ({ service, action }: RecordedRequest) => {
        if (service !== 'ec2' || throttled.has(action)) return false;
        throttled.add(action);
        return true;
      },
    });

    expect(throttled.size).toBeGreaterThan(5);
    expect(report.summary).toMatchObject({ problems: 0, warnings: 0, unknown: 0 });
  });

  test('ends within 20 s when AWS throttles everything, and says what it does not know', async () => {
    await clinic.examine(healthy);

    const started = Date.now();
    const report = await clinic.examine(healthy, {
      throttle: ({ service, action }) => service !== 'sts' && action !== 'DescribeRegions',
      budgetMillis: 15_000,
    });

    expect(Date.now() - started).toBeLessThan(20_000);
    expect(statuses(report)).toMatchObject({ account: 'ok', region: 'ok', vpc: 'unknown', proxy: 'unknown' });
    expect(report.summary.problems).toBe(0);
  });

  test('reads an account with 200 other VPCs', async () => {
    const report = await clinic.examine(healthy, {
      change: async ({ ec2 }) => {
        for (let index = 0; index < 200; index += 1) {
          await ec2.send(new CreateVpcCommand({ CidrBlock: `10.${index % 250}.0.0/16` }));
        }
      },
    });

    expect(report.summary).toMatchObject({ problems: 0, warnings: 0, unknown: 0 });
  });
});
