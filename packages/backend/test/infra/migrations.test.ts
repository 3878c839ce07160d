import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCycle } from '@vpc-postgres/backend/testing/stack-graph.js';
import { MIGRATION_LIMITS } from '@vpc-postgres/lambda/database/migrate/limits.js';
import { readMigrationFiles } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import { BOOTSTRAP_SQL } from '@vpc-postgres/lambda/database/sql-files.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { exampleEnvironment, exampleWithMigrations } from '@vpc-postgres/testing/support/environments.js';
import { synthesizeExample } from '@vpc-postgres/testing/support/example-synthesis.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import type { SynthesisInputs } from '@vpc-postgres/testing/support/synthesize.js';
import {
  allowStatementsIn,
  ofType,
  resourcesIn,
  type TemplateResource,
} from '@vpc-postgres/testing/support/templates.js';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleMigrationFunction } from '../../src/database/migrations/bundle.js';
import { deploy, FOLDER, functionsIn, migrationFunction, provider, stepOf } from './migration-templates.js';

let example: Synthesis;

beforeAll(async () => {
  example = await synthesizeExample();
});

describe('the function that migrates', () => {
  test('is in the VPC beside the one that serves, in the same subnets and group', () => {
    const [serving] = functionsIn(example).filter(({ id }) => id.startsWith('ordersapilambda'));
    const { VpcConfig } = migrationFunction(example).properties;

    expect(VpcConfig.SubnetIds).toEqual(serving?.properties.VpcConfig.SubnetIds);
    expect(VpcConfig.SecurityGroupIds).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^FunctionSecurityGroup/), 'GroupId'] },
    ]);
  });

  test('has a role of its own, which may connect as migrator to one proxy, and touch no network interface', () => {
    const { properties, stack } = migrationFunction(example);
    const roleId = properties.Role['Fn::GetAtt'][0];
    const policies = ofType(example, 'AWS::IAM::Policy')
      .filter((policy) => policy.stack === stack && JSON.stringify(policy.properties.Roles).includes(`"${roleId}"`))
      .flatMap((policy) => policy.properties.PolicyDocument.Statement);

    expect(roleId).toMatch(/^MigrationsServiceRole/);
    expect(policies.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      {
        Effect: 'Allow',
        Action: 'rds-db:connect',
        Resource: { 'Fn::Join': ['', expect.arrayContaining([':dbuser:prx-0123456789abcdef0/migrator'])] },
      },
    ]);
    expect(policies.filter(({ Effect }) => Effect === 'Deny')).toEqual([
      expect.objectContaining({ Action: expect.arrayContaining(['ec2:CreateNetworkInterface']), Resource: '*' }),
    ]);
  });

  test('no other role may connect as migrator, and that of orders-api only as app', () => {
    const connecting = ofType(example, 'AWS::IAM::Policy').filter(({ properties }) =>
      JSON.stringify(properties).includes('rds-db:connect'),
    );

    expect(connecting.map(({ id }) => id).toSorted()).toEqual([
      expect.stringMatching(/^MigrationsServiceRoleDefaultPolicy/),
      expect.stringMatching(/^ordersapilambdaServiceRoleDefaultPolicy/),
    ]);
    expect(allowStatementsIn(example, 'function').map(({ resources }) => resources)).toEqual([
      [expect.stringMatching(/\/app$/)],
    ]);
  });

  test('knows where the database is, and no secret', () => {
    expect(migrationFunction(example).properties.Environment.Variables).toEqual({
      DATABASE_HOST: 'orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
      DATABASE_PORT: '5432',
      DATABASE_NAME: 'app',
      DATABASE_USER: 'migrator',
    });
  });

  test('has a log that ends, and that the error of a failed deployment names', () => {
    const groups = ofType(example, 'AWS::Logs::LogGroup').filter(({ id }) => id.startsWith('Migrations'));

    expect(groups.map(({ properties }) => properties.RetentionInDays)).toEqual([30, 30]);
    const [own] = groups.filter(({ id }) => !id.startsWith('MigrationsMessenger'));
    const fn = migrationFunction(example);
    // As the CDK's provider writes it: node_modules/aws-cdk-lib/custom-resources/lib/provider-framework/runtime.
    expect(own?.properties.LogGroupName).toEqual({ 'Fn::Join': ['', ['/aws/lambda/', { Ref: fn.id }]] });
    expect(fn.properties).not.toHaveProperty('LoggingConfig');
    expect(stepOf(example).dependsOn).toContain(own?.id);
  });

  test('is one file, with the migrations inside, byte for byte what the integration tests run', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
    try {
      const files = readMigrationFiles(FOLDER).toSorted((a, b) => (a.name < b.name ? -1 : 1));
      bundleMigrationFunction(files, folder);
      const bundle = readFileSync(join(folder, 'index.mjs'), 'utf8');

      expect(example.functionBundles).toContain(bundle);
      for (const { name } of files) expect(bundle).toContain(name);
      expect(migrationFunction(example).properties).toMatchObject({ Handler: 'index.handler', Runtime: 'nodejs24.x' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the step of the deployment', () => {
  test('comes after the rules that let the function in and the function’s own rights', () => {
    const { dependsOn } = stepOf(example);

    for (const needed of [/^ProxySecurityGroupfrom/, /^FunctionSecurityGroup/, /^MigrationsServiceRoleDefaultPolicy/]) {
      expect(dependsOn).toContainEqual(expect.stringMatching(needed));
    }
    expect(dependsOn).toContain(migrationFunction(example).id);
  });

  test('comes before the functions that serve get their new code: their stack waits for the whole of this one', () => {
    const stacks = example.root.findResources('AWS::CloudFormation::Stack');
    const [functions] = Object.entries(stacks).filter(([id]) => id.startsWith('function'));

    expect(functions?.[1].DependsOn).toEqual([expect.stringMatching(/^networkAndDatabase/)]);
    expect(stepOf(example).stack).toContain('networkAndDatabase');
    for (const [name, text] of example.files) expect(findCycle(JSON.parse(text)), name).toBeUndefined();
  });

  test('is asked for through a function outside of the VPC, which may invoke that one function and nothing else', () => {
    const { properties, stack } = provider(example);
    const roleId = properties.Role['Fn::GetAtt'][0];
    const statements = ofType(example, 'AWS::IAM::Policy')
      .filter((policy) => policy.stack === stack && JSON.stringify(policy.properties.Roles).includes(`"${roleId}"`))
      .flatMap((policy) => policy.properties.PolicyDocument.Statement);

    expect(stepOf(example).properties.ServiceToken).toEqual({ 'Fn::GetAtt': [provider(example).id, 'Arn'] });
    expect(properties).not.toHaveProperty('VpcConfig');
    expect(statements.map(({ Action }) => Action).toSorted()).toEqual(['lambda:GetFunction', 'lambda:InvokeFunction']);
    const { id } = migrationFunction(example);
    const arn = { 'Fn::GetAtt': [id, 'Arn'] };
    expect(statements.flatMap(({ Resource }) => Resource)).toEqual([arn, { 'Fn::Join': ['', [arn, ':*']] }, arn]);
  });

  test('each layer gives up before the one around it', () => {
    const statementSeconds =
      60 *
      Number(/alter role migrator set statement_timeout = '(\d+)min'/.exec(readFileSync(BOOTSTRAP_SQL, 'utf8'))?.[1]);
    const { functionSeconds, reserveSeconds, lockWaitSeconds } = MIGRATION_LIMITS;
    const seconds = [
      lockWaitSeconds,
      statementSeconds,
      functionSeconds - reserveSeconds,
      migrationFunction(example).properties.Timeout,
      provider(example).properties.Timeout,
      Number(stepOf(example).properties.ServiceTimeout),
    ];

    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
    expect(new Set(seconds).size).toBe(seconds.length);
  });
});

describe('runs again', () => {
  const tea = { name: '0001-tea.sql', sql: 'create table tea (id int);' };
  const pot = { name: '0002-pot.sql', sql: 'create table pot (id int);' };
  const stepWith = async (inputs: SynthesisInputs, environment = exampleWithMigrations) =>
    stepOf(await deploy(environment, inputs)).properties;

  let withTea: TemplateResource['properties'];
  beforeAll(async () => {
    withTea = await stepWith({ migrations: [tea] });
  });

  test('never for the same files: the templates are the same, byte for byte', async () => {
    const first = await deploy(exampleWithMigrations, { bundle: exhaustive, migrations: [tea, pot] });
    const second = await deploy(exampleWithMigrations, { bundle: exhaustive, migrations: [pot, tea] });

    expect(Object.fromEntries(second.files)).toEqual(Object.fromEntries(first.files));
  });

  test('not for a change of the function or of anything else', async () => {
    const prepare: SynthesisInputs['prepare'] = (_, backend) => {
      const fn = backend.stack.node
        .findAll()
        .find(({ node }) => node.path.endsWith('/networkAndDatabase/Migrations/Resource'));
      (fn as CfnFunction).memorySize = 1024;
    };

    expect(
      await stepWith({ migrations: [tea], prepare }, { ...exampleWithMigrations, limits: { reservedConcurrency: 9 } }),
    ).toEqual(withTea);
  });

  const CHANGES = [
    ['a file is added', [tea, pot]],
    ['a file has changed', [{ ...tea, sql: 'create table tea (id bigint);' }]],
    ['a file has another name', [{ ...tea, name: '0001-coffee.sql' }]],
  ] as const;

  test.each(sample(CHANGES, 3))('when %s, and the function has it', async (_, migrations) => {
    const after = await deploy(exampleWithMigrations, { bundle: true, migrations });

    expect(stepOf(after).properties.Files).not.toEqual(withTea.Files);
    expect(migrationFunction(after).properties.Code).not.toEqual(migrationFunction(example).properties.Code);
    expect(after.functionBundles.filter((code) => migrations.every(({ name }) => code.includes(name)))).toHaveLength(1);
    for (const { sql } of migrations) expect(after.functionBundles.join()).toContain(sql);
  });

  test('for another database', async () => {
    const database = { ...exampleWithMigrations.database, name: 'other' };

    expect(await stepWith({ migrations: [tea] }, { ...exampleWithMigrations, database })).not.toEqual(withTea);
  });
});

test('nothing of it is there where the environment names no migrator', async () => {
  const synthesis = await deploy(exampleEnvironment);

  expect(resourcesIn(synthesis).filter(({ id }) => /migrat/i.test(id))).toEqual([]);
});

test('files that break the rules end the synthesis, with every problem', async () => {
  const migrations = [
    { name: '0001-tea.sql', sql: 'create table tea (id int); commit;' },
    { name: '0003-pot.sql', sql: '' },
  ];

  const problem = await deploy(exampleWithMigrations, { migrations }).then(String, (error: Error) => error.message);

  expect(problem).toContain('There is no 0002 between 0001-tea.sql and 0003-pot.sql');
  expect(problem).toContain('0001-tea.sql:1:28: commit is the runner');
  expect(problem).toContain('0003-pot.sql:1:1: there is no statement in this file');
});
