import { exampleWithMigrations } from '@vpc-postgres/testing/support/environments.js';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type Access, signIn } from './accounts.js';
import { account, region } from './environments.js';
import { type Moto, startMoto } from './moto.js';
import { copyProject, type ProjectCopy } from './project-copy.js';
import { openRecordingEndpoint, type RecordingEndpoint } from './recording-endpoint.js';

/** `cost --actual` asks Cost Explorer, which moto answers with what it is told. */
const motoServer = inject('motoServer');

const COST = ['cost', '--environment', 'main', '--actual', '--yes'];

const group = (service: string, usageType: string, Amount: string) => ({
  Keys: [service, usageType],
  Metrics: { UnblendedCost: { Amount, Unit: 'USD' } },
});

const GROUPS = [
  group('Amazon Relational Database Service', 'EU-RDS:ProxyUsage', '21.899'),
  group('Amazon Relational Database Service', 'EU-InstanceUsage:db.t4g.small', '23.36'),
  group('EC2 - Other', 'EU-NatGateway-Bytes', '4.5'),
  group('Amazon Virtual Private Cloud', 'EU-VpcEndpoint-Hours', '14.6'),
  group('EC2 - Other', 'EU-EBS:VolumeUsage.gp3', '80'),
  group('AWS Secrets Manager', 'EU-AWSSecretsManager-Secrets', '0.8'),
  group('AWS Lambda', 'EU-Lambda-GB-Second', '1.67'),
  group('AmazonCloudWatch', 'EU-DataProcessing-Bytes', '0.5'),
  group('AmazonCloudWatch', 'EU-CW:MetricMonitorUsage', '3'),
];

describe.skipIf(motoServer === undefined)('cost --actual', () => {
  let moto: Moto;
  let project: ProjectCopy;
  let endpoint: RecordingEndpoint;
  let access: Access;

  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
    project = copyProject();
    project.configure({ environments: { main: exampleWithMigrations } });
  });
  afterAll(async () => {
    project?.remove();
    await moto?.stop();
  });
  beforeEach(async () => {
    await moto.reset();
    endpoint = await openRecordingEndpoint(moto.url);
    access = { ...(await signIn(account, moto.url, region)), endpoint: endpoint.url };
    return () => endpoint.close();
  });

  const asked = () => endpoint.requests.map(({ service, action }) => `${service}:${action}`);

  test('sorts what was charged into the parts of the estimate, in one read', async () => {
    const results = [{ ResultsByTime: [{ Groups: GROUPS, Total: {}, Estimated: false }] }];
    await fetch(`${moto.url}/moto-api/static/ce/cost-and-usage-results`, {
      method: 'POST',
      body: JSON.stringify({ account_id: account, results }),
    });

    const { code, output } = await project.vpcPostgres([...COST, '--json'], access);

    expect(code, output).toBe(0);
    expect(JSON.parse(output).actual).toMatchObject({
      account,
      region,
      parts: { 'RDS Proxy': 21.9, database: 23.36, egress: 19.1, secrets: 0.8, 'functions and logs': 2.17 },
      restUsd: 83,
    });
    expect(asked()).toEqual(['ce:GetCostAndUsage']);
  });

  test('without the permission names it with a statement, and prints the estimate all the same', async () => {
    endpoint.deny(({ service }) => service === 'ce');

    const { code, output } = await project.vpcPostgres(COST, access);

    expect(code, output).toBe(0);
    expect(output.replaceAll(/\s+/g, ' ')).toContain('"Action":["ce:GetCostAndUsage"],"Resource":"*"');
    expect(output).toContain('A month of main');
  });

  test('without --actual asks AWS nothing', async () => {
    const { code, output } = await project.vpcPostgres(['cost', '--environment', 'main', '--json'], access);

    expect(code, output).toBe(0);
    expect(asked()).toEqual([]);
  });
});
