import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { egressContext } from '@vpc-postgres/testing/support/deployments.js';
import {
  DATABASE_GROUP,
  exampleEnvironment,
  exampleNetwork,
  existingInstance,
  newProxyToInstance,
  proxyWithSecret,
  SECRET_ARN,
  withDatabase,
} from '@vpc-postgres/testing/support/environments.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { branch, sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { ofType } from '@vpc-postgres/testing/support/templates.js';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/configuration/environment.js';
import type { NetworkReport } from '../../src/network/network-report.js';

/** What one setting does to the templates. What holds for all of them: combinations.test.ts. */
const deploy = (environment: Environment) =>
  synthesize(branch('main'), {
    environments: { main: environment },
    cachedContext: { ...readProjectContext(), ...egressContext },
    bundle: false,
  });

const reportOf = (synthesis: Synthesis): NetworkReport =>
  JSON.parse(synthesis.nested('networkAndDatabase').toJSON().Metadata.NetworkReport);

describe('a new proxy', () => {
  test('has the documented limits unless the environment sets others', async () => {
    const byDefault = (await deploy(newProxyToInstance)).nested('networkAndDatabase');
    byDefault.hasResourceProperties('AWS::RDS::DBProxy', { IdleClientTimeout: 300 });
    byDefault.hasResourceProperties('AWS::RDS::DBProxyTargetGroup', {
      ConnectionPoolConfigurationInfo: { ConnectionBorrowTimeout: 5, MaxConnectionsPercent: 70 },
    });

    const set = (
      await deploy(
        withDatabase({
          server: existingInstance,
          proxy: {
            ...proxyWithSecret,
            idleClientTimeoutMinutes: 10,
            borrowTimeoutSeconds: 2,
            maxConnectionsPercent: 40,
          },
        }),
      )
    ).nested('networkAndDatabase');
    set.hasResourceProperties('AWS::RDS::DBProxy', { IdleClientTimeout: 600 });
    set.hasResourceProperties('AWS::RDS::DBProxyTargetGroup', {
      ConnectionPoolConfigurationInfo: { ConnectionBorrowTimeout: 2, MaxConnectionsPercent: 40 },
    });
  });

  test.runIf(exhaustive)('may decrypt a secret whose key is a customer’s, through Secrets Manager alone', async () => {
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000';
    const { nested } = await deploy(
      withDatabase({
        server: existingInstance,
        proxy: { kind: 'new', auth: { kind: 'secret', secretArn: SECRET_ARN, kmsKeyArn } },
      }),
    );

    nested('networkAndDatabase').hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: kmsKeyArn })]),
      },
    });
  });

  test('follows the port of its database, while its own is always 5432', async () => {
    const synthesis = await deploy(
      withDatabase({ server: { ...existingInstance, port: 6543 }, proxy: proxyWithSecret }),
    );

    const ports = ofType(synthesis, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties.FromPort);
    expect(ports.toSorted()).toEqual([5432, 6543]);
    synthesis.nested('function').hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ DATABASE_PORT: '5432' }) },
    });
  });
});

describe('security groups that a network team owns', () => {
  const FUNCTIONS = 'sg-0bbbbbbbbbbbbbbbb';
  const PROXY = 'sg-0cccccccccccccccc';

  test('get no rule, and the report lists what their owner must add', async () => {
    const synthesis = await deploy({
      ...withDatabase({
        server: { ...existingInstance, securityGroup: { id: DATABASE_GROUP, rules: 'print' } },
        proxy: { ...proxyWithSecret, securityGroup: { id: PROXY, rules: 'print' } },
      }),
      network: { ...exampleNetwork, functionSecurityGroup: { id: FUNCTIONS, rules: 'print' } },
    });

    expect(ofType(synthesis, 'AWS::EC2::SecurityGroup')).toEqual([]);
    expect(ofType(synthesis, 'AWS::EC2::SecurityGroupIngress')).toEqual([]);
    expect(ofType(synthesis, 'AWS::EC2::SecurityGroupEgress')).toEqual([]);
    const rule = { protocol: 'tcp', port: 5432, description: expect.any(String) };
    expect(reportOf(synthesis).rulesToAdd).toEqual([
      { ...rule, securityGroupId: FUNCTIONS, direction: 'egress', peer: PROXY },
      { ...rule, securityGroupId: PROXY, direction: 'ingress', peer: FUNCTIONS },
      { ...rule, securityGroupId: PROXY, direction: 'egress', peer: DATABASE_GROUP },
      { ...rule, securityGroupId: DATABASE_GROUP, direction: 'ingress', peer: PROXY },
    ]);
    synthesis.nested('function').hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SecurityGroupIds: [FUNCTIONS] },
    });
    synthesis.nested('networkAndDatabase').hasResourceProperties('AWS::RDS::DBProxy', { VpcSecurityGroupIds: [PROXY] });
  });

  test.runIf(exhaustive)('learn which output shows a group that is made here', async () => {
    const { proxy } = exampleEnvironment.database;
    if (proxy.kind !== 'existing') throw new Error('The proxy of the example exists.');
    const synthesis = await deploy(withDatabase({ proxy: { ...proxy, securityGroup: { id: PROXY, rules: 'print' } } }));

    expect(reportOf(synthesis).rulesToAdd).toEqual([
      expect.objectContaining({ securityGroupId: PROXY, direction: 'ingress', peer: 'output FunctionSecurityGroupId' }),
    ]);
    synthesis.nested('networkAndDatabase').hasOutput('FunctionSecurityGroupId', {
      Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionSecurityGroup'), 'GroupId'] },
    });
  });

  test('keep the egress that they have, and rules between two of them are left to their owner', async () => {
    const synthesis = await deploy({
      ...exampleEnvironment,
      network: {
        ...exampleNetwork,
        functionSecurityGroup: { id: FUNCTIONS, rules: 'add' },
        egress: { kind: 'endpoints', gateways: [{ service: 's3', existing: true }] },
      },
    });

    expect(ofType(synthesis, 'AWS::EC2::SecurityGroupEgress')).toEqual([]);
    expect(ofType(synthesis, 'AWS::EC2::SecurityGroupIngress')).toEqual([]);
    expect(ofType(synthesis, 'AWS::EC2::VPCEndpoint')).toEqual([]);
    const rule = { protocol: 'tcp', port: 5432, description: 'Functions to RDS Proxy' };
    expect(reportOf(synthesis).rulesToAdd).toEqual([
      expect.objectContaining({ securityGroupId: FUNCTIONS, direction: 'egress', peer: 'pl-6da54004', port: 443 }),
      { ...rule, securityGroupId: FUNCTIONS, direction: 'egress', peer: 'sg-0d1e2f3a4b5c60798' },
      { ...rule, securityGroupId: 'sg-0d1e2f3a4b5c60798', direction: 'ingress', peer: FUNCTIONS },
    ]);
  });

  test('admit a group that is made here, where they let us add rules, and lose nothing by it', async () => {
    const synthesis = await deploy(
      withDatabase({
        server: existingInstance,
        proxy: { ...proxyWithSecret, securityGroup: { id: PROXY, rules: 'add' } },
      }),
    );

    expect(ofType(synthesis, 'AWS::EC2::SecurityGroupEgress')).toEqual([]);
    expect(ofType(synthesis, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties)).toEqual([
      expect.objectContaining({ GroupId: PROXY, SourceSecurityGroupId: { 'Fn::GetAtt': expect.anything() } }),
    ]);
    const rule = { protocol: 'tcp', port: 5432, description: 'RDS Proxy to PostgreSQL' };
    expect(reportOf(synthesis).rulesToAdd).toEqual([
      { ...rule, securityGroupId: PROXY, direction: 'egress', peer: DATABASE_GROUP },
      { ...rule, securityGroupId: DATABASE_GROUP, direction: 'ingress', peer: PROXY },
    ]);
  });
});

describe('a VPC that is not pinned', () => {
  test.each(
    sample(
      [
        ['its tags', { tags: { team: 'data', stage: 'dev' } }, { 'tag:team': 'data', 'tag:stage': 'dev' }],
        ['its id', { id: 'vpc-0a1b2c3d4e5f60718' }, { 'vpc-id': 'vpc-0a1b2c3d4e5f60718' }],
        ['its name', { name: 'shared' }, { 'tag:Name': 'shared' }],
      ] as const,
      3,
    ),
  )('is asked for by %s, in the account and region of the environment', async (_by, vpc, filter) => {
    const synthesis = await synthesize(sandbox('alice'), {
      environments: { sandbox: { ...exampleEnvironment, network: { ...exampleNetwork, vpc } } },
      cachedContext: {},
      bundle: false,
    });

    expect(synthesis.missingLookups).toEqual([
      {
        key: expect.stringContaining('vpc-provider'),
        provider: 'vpc-provider',
        props: expect.objectContaining({ account: '111122223333', region: 'eu-west-1', filter }),
      },
    ]);
    // Placeholders, which no guardrail can check.
    synthesis.nested('function').hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: ['p-12345', 'p-67890'] },
    });
  });
});

describe('a created database', () => {
  test('has the size that the environment gives it', async () => {
    const { nested } = await deploy(
      withDatabase({
        server: {
          kind: 'new',
          instanceType: 'm7g.large',
          allocatedStorageGiB: 100,
          multiAz: true,
          backupRetentionDays: 14,
          maxConnections: 400,
        },
        proxy: { kind: 'new', auth: { kind: 'iam' } },
      }),
    );

    nested('networkAndDatabase').hasResourceProperties('AWS::RDS::DBInstance', {
      Engine: 'postgres',
      EngineVersion: Match.stringLikeRegexp('^17\\.'),
      DBInstanceClass: 'db.m7g.large',
      AllocatedStorage: '100',
      MaxAllocatedStorage: 400,
      MultiAZ: true,
      BackupRetentionPeriod: 14,
    });
    nested('networkAndDatabase').hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Family: 'postgres17',
      Parameters: { max_connections: '400', 'rds.force_ssl': '1' },
    });
  });

  test('goes with a branch that keeps nothing, once somebody wrote down that it may', async () => {
    const synthesis = await deploy({
      ...withDatabase({ server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'iam' } } }),
      removalPolicy: 'destroy',
      acknowledgements: [{ guardrail: 'data-loss', reason: 'A preview of a pull request, with made-up data.' }],
    });

    expect(ofType(synthesis, 'AWS::RDS::DBInstance')).toMatchObject([
      { deletionPolicy: 'Delete', properties: { DeletionProtection: false } },
    ]);
    const logs = ofType(synthesis, 'Custom::LogRetention').map(({ properties }) => properties.RemovalPolicy);
    expect(logs).toEqual(['destroy', 'destroy']);
    expect(ofType(synthesis, 'AWS::Cognito::UserPool')).toMatchObject([{ deletionPolicy: 'Delete' }]);
  });
});

test('a sandbox with placeholders is refused, naming the file and every field', async () => {
  await expect(synthesize(sandbox('alice'))).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringContaining('8 values to correct in amplify/environments.ts'),
  });
});
