import { Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Synthesis } from '../support/cloud-assembly.js';
import { exampleEnvironment, newProxyToCluster, newProxyToInstance } from '../support/environments.js';
import { findCycle } from '../support/stack-graph.js';
import { sandbox, synthesize } from '../support/synthesize.js';

const proxyName = (synthesis: Synthesis): string => {
  const [proxy] = Object.values(synthesis.nested('networkAndDatabase').findResources('AWS::RDS::DBProxy'));
  return proxy?.Properties.DBProxyName;
};

describe('a new proxy in front of an instance, in two sandboxes', () => {
  const environments = { sandbox: newProxyToInstance };
  let alice: Synthesis;
  let bob: Synthesis;
  let network: Template;

  beforeAll(async () => {
    alice = await synthesize(sandbox('alice'), { environments });
    bob = await synthesize(sandbox('bob'), { environments });
    network = alice.nested('networkAndDatabase');
  });

  test('requires TLS and an IAM token of every client', () => {
    network.hasResourceProperties('AWS::RDS::DBProxy', {
      EngineFamily: 'POSTGRESQL',
      RequireTLS: true,
      Auth: [
        {
          AuthScheme: 'SECRETS',
          IAMAuth: 'REQUIRED',
          SecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/app-AbC123',
        },
      ],
      VpcSubnetIds: ['subnet-0c30000000000000a', 'subnet-0c30000000000000b'],
      IdleClientTimeout: 300,
    });
    network.hasResourceProperties('AWS::RDS::DBProxyTargetGroup', {
      DBInstanceIdentifiers: ['orders-db'],
      DBClusterIdentifiers: Match.absent(),
      ConnectionPoolConfigurationInfo: { ConnectionBorrowTimeout: 5 },
    });
  });

  test('may read one secret, and its role nothing else', () => {
    const statements = Object.values(network.findResources('AWS::IAM::Policy')).flatMap(
      (policy) => policy.Properties.PolicyDocument.Statement,
    );

    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
        Resource: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/app-AbC123',
      },
    ]);
  });

  test('stands between two closed groups: function -> proxy -> database, each on 5432 alone', () => {
    const groups = network.findResources('AWS::EC2::SecurityGroup');
    const id = (prefix: string) => Object.keys(groups).find((name) => name.startsWith(prefix));
    const lambda = { 'Fn::GetAtt': [id('LambdaSecurityGroup'), 'GroupId'] };
    const proxy = { 'Fn::GetAtt': [id('ProxySecurityGroup'), 'GroupId'] };
    const onPostgres = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, Description: expect.any(String) };
    const egress = Object.values(groups).map((group) => group.Properties.SecurityGroupEgress);
    const ingress = Object.values(network.findResources('AWS::EC2::SecurityGroupIngress'));

    expect(egress).toEqual([
      [{ ...onPostgres, DestinationSecurityGroupId: proxy }],
      [{ ...onPostgres, DestinationSecurityGroupId: 'sg-0eeeeeeeeeeeeeeee' }],
    ]);
    expect(ingress.map((rule) => rule.Properties)).toEqual(
      expect.arrayContaining([
        { ...onPostgres, GroupId: proxy, SourceSecurityGroupId: lambda },
        { ...onPostgres, GroupId: 'sg-0eeeeeeeeeeeeeeee', SourceSecurityGroupId: proxy },
      ]),
    );
    expect(ingress).toHaveLength(2);
    network.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
    network.hasResourceProperties('AWS::RDS::DBProxy', { VpcSecurityGroupIds: [proxy] });
  });

  test('is what the function may connect to and where it connects', () => {
    const fn = alice.nested('function');
    const policies = JSON.stringify(fn.findResources('AWS::IAM::Policy'));

    expect(policies.match(/rds-db:connect/g)).toHaveLength(1);
    expect(policies).toMatch(/:dbuser:.*ProxyArn|:dbuser:.*DBProxyArn/);
    expect(policies).toContain('/app"');
    expect(policies).not.toContain('"*"');
    fn.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({ DATABASE_HOST: { Ref: Match.stringLikeRegexp('Proxy.*Endpoint$') } }),
      },
    });
    expect(JSON.stringify(fn.toJSON())).not.toContain('secretsmanager');
  });

  test('has a name of its own in each sandbox, within the limits of RDS', () => {
    const names = [proxyName(alice), proxyName(bob)];

    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^[a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]$/);
  });

  test('is the only resource with a name of ours: every other name is left to CloudFormation', () => {
    const nameProperties = {
      'AWS::Cognito::UserPool': 'UserPoolName',
      'AWS::EC2::SecurityGroup': 'GroupName',
      'AWS::IAM::Role': 'RoleName',
      'AWS::Lambda::Function': 'FunctionName',
      'AWS::RDS::DBProxy': 'DBProxyName',
      'AWS::S3::Bucket': 'BucketName',
    };
    const named = [...alice.files.values()].flatMap((text) => {
      const template = Template.fromJSON(JSON.parse(text));
      return Object.entries(nameProperties)
        .filter(
          ([type, name]) =>
            Object.keys(template.findResources(type, { Properties: { [name]: Match.anyValue() } })).length > 0,
        )
        .map(([type]) => type);
    });

    expect(named).toEqual(['AWS::RDS::DBProxy']);
  });

  test('makes no circle of stacks', () => {
    for (const [name, text] of alice.files) expect(findCycle(JSON.parse(text)), name).toBeUndefined();
  });
});

describe('a new proxy in front of an Aurora cluster', () => {
  test('targets the cluster', async () => {
    const { nested } = await synthesize(sandbox('alice'), { environments: { sandbox: newProxyToCluster } });

    nested('networkAndDatabase').hasResourceProperties('AWS::RDS::DBProxyTargetGroup', {
      DBClusterIdentifiers: ['orders-cluster'],
      DBInstanceIdentifiers: Match.absent(),
    });
    nested('networkAndDatabase').hasResourceProperties('AWS::RDS::DBProxy', {
      RequireTLS: true,
      Auth: [Match.objectLike({ IAMAuth: 'REQUIRED' })],
    });
  });
});

describe('a VPC that is not pinned', () => {
  test('is asked for in the account and region of the environment, while placeholders stand in for its subnets', async () => {
    const synthesis = await synthesize(sandbox('alice'), {
      environments: { sandbox: exampleEnvironment },
      pinnedContext: {},
    });

    expect(synthesis.missingLookups).toEqual([
      {
        key: expect.stringContaining('filter.vpc-id=vpc-0a1b2c3d4e5f60718'),
        provider: 'vpc-provider',
        props: expect.objectContaining({
          account: '111122223333',
          region: 'eu-west-1',
          filter: { 'vpc-id': 'vpc-0a1b2c3d4e5f60718' },
          returnAsymmetricSubnets: true,
        }),
      },
    ]);
    synthesis.nested('function').hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: ['p-12345', 'p-67890'] },
    });
  });
});

test('a sandbox with placeholders is refused, naming the file and every field', async () => {
  await expect(synthesize(sandbox('alice'))).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringContaining('8 values to correct in amplify/environments.ts'),
  });
});
