import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { withDatabase } from '@vpc-postgres/testing/support/environments.js';
import { branch, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { ofType } from '@vpc-postgres/testing/support/templates.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NewServerSettings } from '../../src/configuration/database-settings.js';

/** What a created database is from its first deployment to its last. */
const deploy = (settings: Partial<NewServerSettings> = {}, monitoring = {}) =>
  synthesize(branch('main'), {
    environments: {
      main: {
        ...withDatabase({ server: { kind: 'new', ...settings }, proxy: { kind: 'new', auth: { kind: 'iam' } } }),
        ...monitoring,
      },
    },
    bundle: false,
  });

const instanceIn = (synthesis: Synthesis) => ofType(synthesis, 'AWS::RDS::DBInstance')[0];
const parameterGroupsIn = (synthesis: Synthesis) =>
  ofType(synthesis, 'AWS::RDS::DBParameterGroup').map(({ id, properties }) => [id, properties.Parameters]);

let byDefault: Synthesis;
beforeAll(async () => {
  byDefault = await deploy();
});

test('a first deployment that fails can be rolled back: the instance is protected only where the environment says so', async () => {
  expect(instanceIn(byDefault)).toMatchObject({
    deletionPolicy: 'Snapshot',
    properties: { DeletionProtection: false, DeleteAutomatedBackups: false },
  });
  expect(instanceIn(await deploy({ deletionProtection: true }))?.properties.DeletionProtection).toBe(true);
});

test('another maxConnections gives the instance another parameter group, for which CloudFormation restarts it', async () => {
  const changed = await deploy({ maxConnections: 200 });
  const [[before, parameters] = []] = parameterGroupsIn(byDefault);
  const [[after] = []] = parameterGroupsIn(changed);

  expect(parameters).toMatchObject({ max_connections: '100' });
  expect(parameterGroupsIn(changed)).toEqual([[after, { ...parameters, max_connections: '200' }]]);
  expect(after).not.toBe(before);
  expect(instanceIn(byDefault)?.properties.DBParameterGroupName).toEqual({ Ref: before });
  expect(instanceIn(changed)?.properties.DBParameterGroupName).toEqual({ Ref: after });
});

describe('storage grows by itself, within what RDS takes', () => {
  test.each([
    [100, 400],
    [20_000, 65_536],
    [59_000, 65_536],
    // RDS wants a tenth more than there is, at least.
    [60_000, undefined],
    [65_536, undefined],
  ])('from %i GiB to %s', async (allocatedStorageGiB, maximum) => {
    const properties = instanceIn(await deploy({ allocatedStorageGiB }))?.properties;

    expect(properties?.AllocatedStorage).toBe(String(allocatedStorageGiB));
    expect(properties?.MaxAllocatedStorage).toBe(maximum);
  });
});

test('the largest values that an environment can have are within what RDS takes', async () => {
  const synthesis = await synthesize(branch('main'), {
    environments: {
      main: withDatabase({
        server: { kind: 'new', allocatedStorageGiB: 65_536, backupRetentionDays: 35, maxConnections: 5000 },
        proxy: {
          kind: 'new',
          auth: { kind: 'iam' },
          maxConnectionsPercent: 100,
          borrowTimeoutSeconds: 7,
          idleClientTimeoutMinutes: 480,
        },
      }),
    },
    bundle: false,
  });
  const instance = instanceIn(synthesis)?.properties;
  const [proxy] = ofType(synthesis, 'AWS::RDS::DBProxy');
  const [targets] = ofType(synthesis, 'AWS::RDS::DBProxyTargetGroup');
  const pool = targets?.properties.ConnectionPoolConfigurationInfo;

  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, …/API_CreateDBProxy.html
  expect(Number(instance?.AllocatedStorage)).toBeLessThanOrEqual(65_536);
  expect(instance?.BackupRetentionPeriod).toBeLessThanOrEqual(35);
  expect(proxy?.properties.IdleClientTimeout).toBeLessThanOrEqual(28_800);
  expect(pool.MaxConnectionsPercent).toBeLessThanOrEqual(100);
  expect(pool.ConnectionBorrowTimeout).toBeLessThanOrEqual(300);
});

test('each exported log ends after the days that the environment gives logs', async () => {
  const synthesis = await deploy({}, { monitoring: { alarmEmails: ['on-call@example.com'], logRetentionDays: 90 } });
  const instance = instanceIn(synthesis);
  const logs = ofType(synthesis, 'Custom::LogRetention').filter(({ stack }) => stack === instance?.stack);

  expect(logs.map(({ properties }) => properties.LogGroupName)).toEqual(
    instance?.properties.EnableCloudwatchLogsExports.map((log: string) => ({
      'Fn::Join': ['', ['/aws/rds/instance/', { Ref: instance.id }, `/${log}`]],
    })),
  );
  expect(logs).toHaveLength(2);
  for (const { properties } of logs) expect(properties).toMatchObject({ RetentionInDays: 90, RemovalPolicy: 'retain' });
});

test('the instance waits for the check that its database keeps its name', () => {
  const [check] = ofType(byDefault, 'Custom::FixedSettings');

  expect(check?.properties.Settings).toEqual([{ name: 'database.name', value: 'app' }]);
  expect(instanceIn(byDefault)?.properties.DBName).toBe('app');
  expect(instanceIn(byDefault)?.dependsOn).toContain(check?.id);
});
