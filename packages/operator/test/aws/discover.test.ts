import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { synthesizeApp } from '@vpc-postgres/backend/synth/synthesize-app.js';
import { readTemplates } from '@vpc-postgres/backend/testing/templates.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, expect, test } from 'vitest';
import { DISCOVER_READS } from '../../src/discover/discover-reads.js';
import { createVpc } from './accounts.js';
import { askedReads } from './asked-reads.js';
import { region } from './environments.js';
import { createInstance, createProxy } from './postgres-account.js';
import { describeWithMoto } from './with-moto.js';

/** The command finds a database in moto's account, and the environment that it writes synthesizes. */
/** As in the starter, with an environment beside it that is none of this command's business. */
const ENVIRONMENTS = `import type { Environments } from '@vpc-postgres/backend/configuration/environment.js';

export const environments: Environments = {
  /** Shared by every developer. */
  sandbox: {
    account: 'REPLACE_ME',
    region: 'REPLACE_ME',
    network: {
      kind: 'existing',
      vpc: { id: 'REPLACE_ME' }, // the one with the VPN
      subnets: { type: 'isolated' },
    },
    database: {
      name: 'REPLACE_ME',
      user: 'REPLACE_ME',
      // Once bootstrap.sql has been run.
      // migrator: 'migrator',
      proxy: {
        kind: 'existing',
        proxyArn: 'REPLACE_ME',
        endpoint: 'REPLACE_ME',
        securityGroup: { id: 'REPLACE_ME', rules: 'add' },
      },
    },
    limits: { reservedConcurrency: 5 },
  },

  // Not yet.
  main: { account: 'REPLACE_ME' } as never,
};
`;
const CONTEXT = '{\n  "another": { "answer": [1, 2] }\n}\n';

describeWithMoto('discover', (aws) => {
  beforeEach(() => {
    // AWS names it orders.proxy-….
    aws.endpoint.rewrite((_request, body) => body.replaceAll('.db-proxy-', '.proxy-'));
    writeFileSync(join(aws.project.folder, 'amplify/environments.ts'), ENVIRONMENTS);
    writeFileSync(join(aws.project.folder, 'cdk.context.json'), CONTEXT);
  });

  const discover = (...args: string[]) => aws.project.vpcPostgres(['discover', ...args], aws.access);
  const written = () =>
    ['amplify/environments.ts', 'cdk.context.json'].map((file) => readFileSync(join(aws.project.folder, file), 'utf8'));
  /** Of each function in the VPC; of functions with the same ones once. */
  const functionSubnets = async (environment: string) => {
    const { templates, missingLookups } = await synthesizeApp(aws.project.folder, environment);
    expect(missingLookups).toEqual([]);
    const functions = readTemplates(templates).ofType('AWS::Lambda::Function');
    const subnets = functions.flatMap(({ properties }) =>
      properties.VpcConfig ? [JSON.stringify(properties.VpcConfig.SubnetIds)] : [],
    );
    return [...new Set(subnets)].map((ids) => JSON.parse(ids));
  };

  test('shows the environment as a diff, writes nothing, and has asked AWS what it declares and no more', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createProxy(aws.direct, vpc, 'orders-db', { requireTls: false });

    const { code, output } = await discover('--database-name', 'orders');

    expect(code, output).toBe(0);
    expect(output).toMatch(/^-\s+vpc: \{ id: 'REPLACE_ME' \}, \/\/ the one with the VPN$/m);
    expect(output).toContain(`+      vpc: { id: '${vpc.id}' }, // the one with the VPN`);
    expect(output).toMatch(/> isolated {2}subnet-\w+ {2}eu-west-1a \(euw1-az\d\) {2}10\.77\.100\.0\/24 {2}251 free/);
    expect(output).toContain('The proxy orders does not require TLS.');
    expect(output).toContain('Nothing was written. To write it, add --yes.');
    expect(written()).toEqual([ENVIRONMENTS, CONTEXT]);
    expect(askedReads(aws.endpoint.requests)).toEqual([...DISCOVER_READS].toSorted());
  });

  test('writes an environment that synthesizes without a lookup, keeps everything else, and the second time nothing', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createInstance(aws.direct, vpc);
    const group = await createProxy(aws.direct, vpc, 'orders-db');

    const first = await discover('--yes');

    expect(first.code, first.output).toBe(0);
    const [environments = '', context = ''] = written();
    for (const kept of [
      '/** Shared by every developer. */',
      '// the one with the VPN',
      "      // migrator: 'migrator',",
      'limits: { reservedConcurrency: 5 },',
      "  // Not yet.\n  main: { account: 'REPLACE_ME' } as never,",
    ]) {
      expect(environments).toContain(kept);
    }
    expect(environments).toContain("name: 'orders',");
    expect(environments).toContain(`securityGroup: { id: '${group}', rules: 'add' },`);
    expect(context).toMatch(/^\{\n {2}"another": \{ "answer": \[1, 2\] \},\n/);
    expect(await functionSubnets('sandbox')).toEqual([vpc.isolatedSubnets]);

    const second = await discover('--yes');

    expect(second.code, second.output).toBe(0);
    expect(second.output).toContain('Nothing to change.');
    expect(written()).toEqual([environments, context]);
  });

  test('before a database without a proxy the environment makes one, under the name of a new branch', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createInstance(aws.direct, vpc);

    const { code, output } = await discover('--environment', 'feature/*', '--region', region, '--yes');

    expect(code, output).toBe(0);
    expect(written()[0]).toContain("  'feature/*': {\n    account: '111122223333',");
    expect(await functionSubnets('feature/*')).toEqual([vpc.isolatedSubnets]);
    expect((await discover('--environment', 'feature/*', '--yes')).output).toContain('Nothing to change.');
  });

  test('a database without IAM authentication needs a secret, which is named and not read', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createInstance(aws.direct, vpc, { iam: false });

    const { code, output } = await discover('--yes');

    expect(code).toBe(2);
    expect(output).toContain('orders-db has no IAM authentication');
    expect(output).toContain('--enable-iam-database-authentication');
    expect(written()).toEqual([ENVIRONMENTS, CONTEXT]);
  });

  test('where nothing is, says what it looked for, and what the environment would cost that creates it', async () => {
    expect((await discover()).output).toContain('A sandbox that is deleted takes its database along.');

    const { code, output } = await discover('--yes', '--environment', 'staging');

    expect(code, output).toBe(0);
    const text = output.replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'Looked for RDS proxies, DB instances and Aurora clusters of PostgreSQL in account 111122223333',
    );
    expect(text).toContain('about 47.96 USD a month');
    expect(written()[0]).toContain("network: { kind: 'new' }");
    // The stack that has the subnets names them otherwise than the others do.
    expect((await functionSubnets('staging')).map((ids) => ids.length)).toEqual([2, 2]);
  });

  test('of two proxies it takes neither without being told', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createInstance(aws.direct, vpc);
    await createProxy(aws.direct, vpc, 'orders-db');
    await createProxy(aws.direct, vpc, 'orders-db', { name: 'reports' });

    const { code, output } = await discover('--yes');

    expect(code).toBe(2);
    expect(output).toContain(
      'Add --database NAME, one of orders (proxy), reports (proxy), orders-db (instance); or new',
    );
    expect((await discover('--yes', '--database', 'reports')).code).toBe(0);
    expect(written()[0]).toContain("endpoint: 'reports.proxy-");
  });

  test('with --json prints what its schema says, and with --yes writes too', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createInstance(aws.direct, vpc);
    await createProxy(aws.direct, vpc, 'orders-db');
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../docs/schemas/discover.schema.json'), 'utf8'),
    );
    const validate = new Ajv2020().compile(schema);

    const { code, output } = await discover('--json', '--yes');

    expect(code, output).toBe(0);
    const discovery = JSON.parse(output);
    expect(validate(discovery), JSON.stringify(validate.errors)).toBe(true);
    expect(discovery).toMatchObject({
      name: 'sandbox',
      written: true,
      choice: { vpcId: vpc.id, databaseName: 'orders' },
    });
    expect(discovery.changes[0].diff).toContain(`+      vpc: { id: '${vpc.id}' }`);
    expect(written()[0]).toContain(vpc.id);
  });

  test('names each missing permission with a statement, and proposes what it can', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createInstance(aws.direct, vpc);
    aws.endpoint.deny(({ action }) => action === 'DescribeDBProxies' || action === 'ListSecrets');

    const { code, output } = await discover();

    expect(code, output).toBe(0);
    const text = output.replaceAll(/\s+/g, ' ');
    for (const action of ['rds:DescribeDBProxies', 'secretsmanager:ListSecrets']) {
      expect(text).toContain(`not permitted: ${action}. A statement that permits it:`);
      expect(text).toContain(`"Action":["${action}"]`);
    }
    expect(output).toContain("instanceIdentifier: 'orders-db'");
  });

  test('among 200 VPCs finds the one with the database', async () => {
    const ec2 = new EC2Client(aws.direct);
    for (let index = 0; index < 200; index += 1) await ec2.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createInstance(aws.direct, vpc);
    const started = Date.now();

    const { code, output } = await discover();

    expect(code, output).toBe(0);
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(output).toContain(`> ${vpc.id}`);
    expect(output).toMatch(/and 18\d more; --json lists them/);
  });
});
