import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCycle } from '@vpc-postgres/backend/testing/stack-graph.js';
import { BOOTSTRAP_LIMITS } from '@vpc-postgres/lambda/database/bootstrap/limits.js';
import { bootstrapVersion } from '@vpc-postgres/lambda/database/bootstrap/request.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import {
  DATABASE_GROUP,
  exampleNetwork,
  exampleWithMigrations,
  existingCluster,
  existingInstance,
  MIGRATOR_SECRET_ARN,
  newProxyToInstance,
  proxyWithIam,
  SECRET_ARN,
  withDatabase,
} from '@vpc-postgres/testing/support/environments.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { keepTemplates } from '@vpc-postgres/testing/support/keep-templates.js';
import { onOwnStacks } from '@vpc-postgres/testing/support/own-stacks-plugin.js';
import {
  allowStatementsIn,
  ofType,
  resourcesIn,
  type TemplateResource,
} from '@vpc-postgres/testing/support/templates.js';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DatabaseSettings } from '../../src/configuration/database-settings.js';
import type { Environment } from '../../src/configuration/environment.js';
import { bundleBootstrapFunction, readBootstrapSql } from '../../src/database/bootstrap/bundle.js';
import type { NetworkReport } from '../../src/network/network-report.js';
import { deploy, functionsIn, stepOf as migrationStepOf } from './migration-templates.js';

const MASTER_SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-0a1b2c3d-AbC123';
const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000';
const bothSecrets = { kind: 'secret', secretArn: SECRET_ARN, migratorSecretArn: MIGRATOR_SECRET_ARN } as const;
const known = { masterSecretArn: MASTER_SECRET_ARN };
const limits = { reservedConcurrency: 20 };

const SHAPES: Readonly<Record<string, Pick<DatabaseSettings, 'proxy' | 'server'>>> = {
  'created database with IAM': { server: { kind: 'new' }, proxy: proxyWithIam },
  'created database with a secret': { server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'secret' } } },
  'created database without a proxy': { server: { kind: 'new' }, proxy: { kind: 'none' } },
  'existing instance with IAM': { server: { ...existingInstance, ...known }, proxy: proxyWithIam },
  'existing instance with secrets': {
    server: { ...existingInstance, ...known, masterSecretKmsKeyArn: KEY_ARN, masterUsername: 'dba', port: 6543 },
    proxy: { kind: 'new', auth: { ...bothSecrets, kmsKeyArn: KEY_ARN } },
  },
  'existing cluster without a proxy': { server: { ...existingCluster, ...known }, proxy: { kind: 'none' } },
};

const MASTER_OF_CREATED = { 'Fn::GetAtt': [expect.stringMatching(/^Database/), 'MasterUserSecret.SecretArn'] };

const only = <Found>(found: readonly Found[], what: string): Found => {
  const [first, ...others] = found;
  if (first === undefined || others.length > 0) throw new Error(`There are ${found.length} of: ${what}.`);
  return first;
};
const named = (synthesis: Synthesis, pattern: RegExp) =>
  only(
    functionsIn(synthesis).filter(({ id }) => pattern.test(id)),
    String(pattern),
  );
const inVpc = (synthesis: Synthesis) => named(synthesis, /^Bootstrap[0-9A-F]{8}$/);
const outside = (synthesis: Synthesis) => named(synthesis, /^BootstrapSecrets[0-9A-F]{8}$/);
const provider = (synthesis: Synthesis) => named(synthesis, /^BootstrapProvider/);
const stepOf = (synthesis: Synthesis) =>
  only(
    resourcesIn(synthesis).filter(({ type }) => type === 'Custom::BootstrappedDatabase'),
    'steps',
  );
/** Everything that a function's role is allowed by policies of the deployment. */
const permissionsOf = (synthesis: Synthesis, { properties, stack }: TemplateResource) => {
  const roleId = properties.Role['Fn::GetAtt'][0];
  return ofType(synthesis, 'AWS::IAM::Policy')
    .filter((policy) => policy.stack === stack && JSON.stringify(policy.properties.Roles).includes(`"${roleId}"`))
    .flatMap((policy) => policy.properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Effect: _, ...statement }) => statement);
};

describe.each(Object.keys(SHAPES))('%s', (shape) => {
  const database = { ...SHAPES[shape], migrator: 'migrator' } as Pick<DatabaseSettings, 'proxy' | 'server'>;
  const created = shape.startsWith('created');
  const hasProxy = !shape.endsWith('without a proxy');
  const iam = !/secret/.test(shape);
  const masterUser = shape === 'existing instance with secrets' ? 'dba' : 'postgres';
  const masterSecret = created ? MASTER_OF_CREATED : MASTER_SECRET_ARN;
  const userSecrets = iam
    ? []
    : created
      ? [{ Ref: expect.stringMatching(/^DatabaseUserSecret/) }, { Ref: expect.stringMatching(/^MigratorSecret/) }]
      : [SECRET_ARN, MIGRATOR_SECRET_ARN];
  let synthesis: Synthesis;

  beforeAll(async () => {
    synthesis = await deploy(
      { ...withDatabase(database), limits },
      { prepare: (app) => Validations.of(app).addPlugins(onOwnStacks(new AwsSolutionsChecks())) },
    );
    keepTemplates(synthesis);
  });

  test('the function in the VPC can sign in as the master user where the others use IAM, and has no other permission', () => {
    const permissions = permissionsOf(synthesis, inVpc(synthesis));

    expect(permissions).toEqual(
      iam ? [{ Action: 'rds-db:connect', Resource: expect.objectContaining({ 'Fn::Join': expect.anything() }) }] : [],
    );
    if (iam) expect(JSON.stringify(permissions)).toMatch(new RegExp(`/${masterUser}"\\]\\]`));
    const others = allowStatementsIn(synthesis, '').filter(({ resources }) =>
      /\/(postgres|dba)$/.test(resources.join()),
    );
    expect(others).toHaveLength(iam ? 1 : 0);
  });

  test('the function in the VPC has the server’s own endpoint and RDS’s certificates, and nothing secret', () => {
    expect(inVpc(synthesis).properties.Environment.Variables).toEqual({
      DATABASE_HOST: created
        ? { 'Fn::GetAtt': [expect.stringMatching(/^Database/), 'Endpoint.Address'] }
        : SHAPES[shape]?.server?.kind !== 'new' && SHAPES[shape]?.server?.endpoint,
      DATABASE_PORT: masterUser === 'dba' ? '6543' : '5432',
      DATABASE_NAME: 'app',
      DATABASE_USER: masterUser,
      NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
    });
  });

  test('the function outside can read the secrets and invoke the other function, each by its ARN, and nothing else', () => {
    const fn = { 'Fn::GetAtt': [inVpc(synthesis).id, 'Arn'] };
    const secrets = [masterSecret, ...userSecrets];

    expect(outside(synthesis).properties).not.toHaveProperty('VpcConfig');
    expect(permissionsOf(synthesis, outside(synthesis))).toEqual([
      { Action: 'secretsmanager:GetSecretValue', Resource: secrets.length === 1 ? secrets[0] : secrets },
      { Action: ['lambda:InvokeFunction', 'lambda:GetFunction'], Resource: fn },
      ...(masterUser === 'dba'
        ? [
            {
              Action: 'kms:Decrypt',
              Resource: KEY_ARN,
              Condition: {
                StringEquals: {
                  'kms:ViaService': {
                    'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
                  },
                },
              },
            },
          ]
        : []),
    ]);
    expect(Object.keys(outside(synthesis).properties.Environment.Variables)).toEqual([
      'BOOTSTRAP_FUNCTION_ARN',
      'MASTER_SECRET_ARN',
      ...(iam ? [] : ['USER_SECRET_ARNS']),
    ]);
  });

  test('only the master user’s function passes a proxy', () => {
    const groups = ofType(synthesis, 'AWS::EC2::SecurityGroup').map(({ id }) => id);
    expect(groups.some((id) => id.startsWith('BootstrapSecurityGroup'))).toBe(hasProxy);
    const [group] = inVpc(synthesis).properties.VpcConfig.SecurityGroupIds;
    expect(group['Fn::GetAtt'][0]).toMatch(hasProxy ? /^BootstrapSecurityGroup/ : /^FunctionSecurityGroup/);

    const intoDatabase = ofType(synthesis, 'AWS::EC2::SecurityGroupIngress').filter(({ properties }) =>
      created
        ? /"DatabaseSecurityGroup/.test(JSON.stringify(properties.GroupId))
        : properties.GroupId === DATABASE_GROUP,
    );
    expect(intoDatabase.map(({ properties }) => [properties.Description, properties.FromPort]).toSorted()).toEqual(
      (hasProxy ? ['Bootstrap to PostgreSQL', 'RDS Proxy to PostgreSQL'] : ['Functions to PostgreSQL']).map((text) => [
        text,
        masterUser === 'dba' ? 6543 : 5432,
      ]),
    );
  });

  test('the step comes after the server and its rules, and before proxy targets, migrations and functions', () => {
    const step = stepOf(synthesis);
    const needed = [inVpc(synthesis).id, outside(synthesis).id];
    if (created) needed.push(only(ofType(synthesis, 'AWS::RDS::DBInstance'), 'instances').id);
    for (const id of needed) expect(step.dependsOn).toContain(id);
    for (const role of ['BootstrapServiceRole', 'BootstrapSecretsServiceRole']) {
      expect(step.dependsOn).toContainEqual(expect.stringMatching(`^${role}`));
    }
    const rule = ofType(synthesis, 'AWS::EC2::SecurityGroupIngress').find(({ properties }) =>
      (hasProxy ? /^Bootstrap/ : /^Functions/).test(properties.Description),
    );
    expect(step.dependsOn).toContain(rule?.id);
    expect(step.dependsOn.filter((id) => /^Proxy[0-9A-F]{8}|TargetGroup/.test(id))).toEqual([]);

    const targets = ofType(synthesis, 'AWS::RDS::DBProxyTargetGroup');
    expect(targets).toHaveLength(hasProxy ? 1 : 0);
    for (const { dependsOn } of targets) expect(dependsOn).toContain(step.id);
    expect(migrationStepOf(synthesis).dependsOn).toContain(step.id);
    const stacks = Object.entries(synthesis.root.findResources('AWS::CloudFormation::Stack'));
    const functions = stacks.find(([id]) => id.startsWith('function'))?.[1];
    expect([functions?.DependsOn].flat()).toContainEqual(expect.stringMatching(/^networkAndDatabase/));
    for (const [name, text] of synthesis.files) expect(findCycle(JSON.parse(text)), name).toBeUndefined();
  });

  test('the step is asked for again when what it does, the server or a secret is another', () => {
    const { ServiceToken, ServiceTimeout, ...properties } = stepOf(synthesis).properties;

    expect(ServiceToken).toEqual({ 'Fn::GetAtt': [provider(synthesis).id, 'Arn'] });
    expect(ServiceTimeout).toBe(String(BOOTSTRAP_LIMITS.resourceSeconds));
    expect(properties).toEqual({
      Version: bootstrapVersion(readBootstrapSql()),
      Database: expect.anything(),
      Secrets: [masterSecret, ...userSecrets],
    });
    expect(JSON.stringify(properties.Database)).toMatch(/:\d{4}\/app"/);
  });

  test('each layer gives up before the one around it', () => {
    const { unreachableSeconds, refusedSeconds, lockWaitSeconds, functionSeconds, activeSeconds } = BOOTSTRAP_LIMITS;
    const timeouts = [inVpc, outside, provider].map((find) => find(synthesis).properties.Timeout);

    expect(unreachableSeconds + refusedSeconds + lockWaitSeconds).toBeLessThan(timeouts[0]);
    expect(timeouts).toEqual(timeouts.toSorted((a, b) => a - b));
    expect(functionSeconds + activeSeconds).toBeLessThan(timeouts[1]);
    expect(timeouts[2]).toBeLessThan(Number(stepOf(synthesis).properties.ServiceTimeout));
  });

  test('each function has a log that ends, under the name that an error of the deployment shows', () => {
    const groups = ofType(synthesis, 'AWS::Logs::LogGroup').filter(({ id }) => id.startsWith('Bootstrap'));

    expect(groups.map(({ properties }) => properties.RetentionInDays)).toEqual([30, 30, 30]);
    for (const { id } of [inVpc(synthesis), outside(synthesis)]) {
      expect(groups.map(({ properties }) => properties.LogGroupName)).toContainEqual({
        'Fn::Join': ['', ['/aws/lambda/', { Ref: id }]],
      });
    }
  });

  test('no template holds a password, or a reference that CloudFormation would replace by one', () => {
    for (const [name, text] of synthesis.files) {
      expect(text, name).not.toMatch(/\{\{resolve:|"SecretString":|"MasterUserPassword"/);
    }
  });
});

// A synthesis with the bundle of every function takes seconds. migrations.test.ts has one in each run.
test.runIf(exhaustive)('both functions are byte for byte what the integration tests run', async () => {
  const { functionBundles } = await deploy(
    { ...withDatabase(SHAPES['created database with IAM'] as DatabaseSettings) },
    { bundle: true },
  );
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    for (const name of ['prepare', 'read-secrets'] as const) {
      bundleBootstrapFunction(name, folder);
      expect(functionBundles).toContain(readFileSync(join(folder, 'index.mjs'), 'utf8'));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('another text of bootstrap.sql is another version', () => {
  expect(bootstrapVersion(`${readBootstrapSql()} `)).not.toBe(bootstrapVersion(readBootstrapSql()));
});

test.each<[string, Environment]>([
  ['an existing proxy', exampleWithMigrations],
  ['an existing server whose master secret is not named', newProxyToInstance],
])('%s: nothing is prepared by the deployment', async (_, environment) => {
  const synthesis = await deploy(environment);

  expect(resourcesIn(synthesis).filter(({ id }) => id.startsWith('Bootstrap'))).toEqual([]);
});

test('a network team’s groups get no rule, and the report lists what lets the master user in', async () => {
  const functions = 'sg-0bbbbbbbbbbbbbbbb';
  const proxy = { ...proxyWithIam, securityGroup: { id: 'sg-0cccccccccccccccc', rules: 'print' } } as const;
  const server = { ...existingInstance, ...known, securityGroup: { id: DATABASE_GROUP, rules: 'print' } } as const;
  const synthesis = await deploy({
    ...withDatabase({ server, proxy }),
    network: { ...exampleNetwork, functionSecurityGroup: { id: functions, rules: 'print' } },
  });
  const report: NetworkReport = JSON.parse(synthesis.nested('networkAndDatabase').toJSON().Metadata.NetworkReport);

  expect(ofType(synthesis, 'AWS::EC2::SecurityGroup')).toEqual([]);
  expect(inVpc(synthesis).properties.VpcConfig.SecurityGroupIds).toEqual([functions]);
  const rule = { protocol: 'tcp', port: 5432, description: 'Bootstrap to PostgreSQL' };
  expect(report.rulesToAdd.filter(({ description }) => description.startsWith('Bootstrap'))).toEqual([
    { ...rule, securityGroupId: functions, direction: 'egress', peer: DATABASE_GROUP },
    { ...rule, securityGroupId: DATABASE_GROUP, direction: 'ingress', peer: functions },
  ]);
});
