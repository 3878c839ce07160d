import { exampleWithMigrations } from '@vpc-postgres/testing/support/environments.js';
import { beforeAll, expect, test } from 'vitest';
import { askedReads } from './asked-reads.js';
import { account, region } from './environments.js';
import { describeWithMoto } from './with-moto.js';

/** `cost --actual` asks Cost Explorer, which moto answers with what the test has given it. */
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

describeWithMoto('cost --actual', (aws) => {
  beforeAll(() => aws.project.configure({ environments: { main: exampleWithMigrations } }));

  const asked = () => askedReads(aws.endpoint.requests);

  test('sorts what was charged into the parts of the estimate, in one read', async () => {
    const results = [{ ResultsByTime: [{ Groups: GROUPS, Total: {}, Estimated: false }] }];
    await fetch(`${aws.moto.url}/moto-api/static/ce/cost-and-usage-results`, {
      method: 'POST',
      body: JSON.stringify({ account_id: account, results }),
    });

    const { code, output } = await aws.project.vpcPostgres([...COST, '--json'], aws.access);

    expect(code, output).toBe(0);
    expect(JSON.parse(output).actual).toMatchObject({
      account,
      region,
      parts: { 'RDS Proxy': 21.9, database: 23.36, egress: 19.1, secrets: 0.8, 'functions and logs': 2.17 },
      restUsd: 83,
    });
    expect(asked()).toEqual(['ce:GetCostAndUsage']);
    expect(aws.endpoint.requests).toHaveLength(1);
  });

  test('without the permission names it with a statement, and prints the estimate all the same', async () => {
    aws.endpoint.deny(({ service }) => service === 'ce');

    const { code, output } = await aws.project.vpcPostgres(COST, aws.access);

    expect(code, output).toBe(0);
    expect(output.replaceAll(/\s+/g, ' ')).toContain('"Action":["ce:GetCostAndUsage"],"Resource":"*"');
    expect(output).toContain('A month of main');
  });

  test('without --actual asks AWS nothing', async () => {
    const { code, output } = await aws.project.vpcPostgres(['cost', '--environment', 'main', '--json'], aws.access);

    expect(code, output).toBe(0);
    expect(asked()).toEqual([]);
  });
});
