import { findCycle } from '@vpc-postgres/backend/testing/stack-graph.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { synthesizeExample } from '@vpc-postgres/testing/support/example-synthesis.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { branch, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';

const PROXY_GROUP = 'sg-0d1e2f3a4b5c60798';

let example: Synthesis;

beforeAll(async () => {
  example = await synthesizeExample();
});

describe('the function', () => {
  test('has network interfaces in two isolated subnets of two zones, in its own security group', () => {
    example.nested('function').hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: {
        SubnetIds: ['subnet-0c30000000000000a', 'subnet-0c30000000000000b'],
        SecurityGroupIds: [{ Ref: Match.stringLikeRegexp('FunctionSecurityGroup.*GroupId$') }],
      },
    });
  });

  test('may manage its network interfaces, and exists only once it may', () => {
    const roles = example.nested('function').findResources('AWS::IAM::Role');
    const [roleId] = Object.keys(roles);

    expect(Object.keys(roles)).toHaveLength(1);
    expect(JSON.stringify(roles)).toContain(':iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole');
    example.nested('function').hasResource('AWS::Lambda::Function', {
      Properties: { Role: { 'Fn::GetAtt': [roleId, 'Arn'] } },
      DependsOn: Match.arrayWith([roleId]),
    });
  });

  test('may connect to one proxy as one database user, and may do nothing else', () => {
    const statements = Object.values(example.nested('function').findResources('AWS::IAM::Policy')).flatMap(
      (policy) => policy.Properties.PolicyDocument.Statement,
    );

    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      {
        Effect: 'Allow',
        Action: 'rds-db:connect',
        Resource: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':rds-db:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':dbuser:prx-0123456789abcdef0/app',
            ],
          ],
        },
      },
    ]);
  });

  test('has two managed policies, for its logs and its network interfaces, and no inline policy', () => {
    const [role] = Object.values(example.nested('function').findResources('AWS::IAM::Role'));

    expect(JSON.stringify(role?.Properties.ManagedPolicyArns).match(/service-role\/\w+/g)).toEqual([
      'service-role/AWSLambdaBasicExecutionRole',
      'service-role/AWSLambdaVPCAccessExecutionRole',
    ]);
    expect(role?.Properties).not.toHaveProperty('Policies');
  });

  test('knows where the database is, and no secret', () => {
    const [lambda] = Object.values(example.nested('function').findResources('AWS::Lambda::Function'));

    expect(lambda?.Properties.Environment.Variables).toEqual({
      // Amplify's list of the secrets to fetch while the function starts.
      AMPLIFY_SSM_ENV_CONFIG: '{}',
      DATABASE_HOST: 'orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
      DATABASE_PORT: '5432',
      DATABASE_NAME: 'app',
      DATABASE_USER: 'app',
    });
  });

  test('runs on Node.js 24 and gives up before AppSync does', () => {
    example.nested('function').hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Timeout: 15,
      MemorySize: 1024,
      ReservedConcurrentExecutions: 50,
    });
  });

  test('runs on arm64, as whatever else is in the VPC', () => {
    const inVpc = [...example.files.values()]
      .flatMap((text) => Object.values<{ Properties?: Record<string, unknown> }>(JSON.parse(text).Resources ?? {}))
      .filter(({ Properties }) => Properties?.VpcConfig !== undefined);

    expect(inVpc.map(({ Properties }) => Properties?.Architectures)).toEqual([['arm64'], ['arm64']]);
  });

  test('is the only one in the VPC, but for the one that migrates', () => {
    const inVpc = [...example.files.values()]
      .flatMap((text) => Object.entries<Record<string, unknown>>(JSON.parse(text).Resources ?? {}))
      .filter(([, resource]) => JSON.stringify(resource).includes('"VpcConfig"'))
      .map(([id]) => id);

    expect(inVpc.toSorted()).toEqual([expect.stringMatching(/^Migrations/), expect.stringMatching(/^ordersapilambda/)]);
  });
});

describe('the security groups', () => {
  test("let the function's group out to the proxy's group on 5432, and nowhere else", () => {
    const network = example.nested('networkAndDatabase');

    network.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    network.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
    network.hasResourceProperties('AWS::EC2::SecurityGroup', {
      VpcId: 'vpc-0a1b2c3d4e5f60718',
      SecurityGroupEgress: [
        {
          DestinationSecurityGroupId: PROXY_GROUP,
          IpProtocol: 'tcp',
          FromPort: 5432,
          ToPort: 5432,
          Description: Match.anyValue(),
        },
      ],
      SecurityGroupIngress: Match.absent(),
    });
  });

  test("let the function's group into the proxy's group on 5432", () => {
    const network = example.nested('networkAndDatabase');
    const [functionGroup] = Object.keys(network.findResources('AWS::EC2::SecurityGroup'));

    network.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    network.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: PROXY_GROUP,
      SourceSecurityGroupId: { 'Fn::GetAtt': [functionGroup, 'GroupId'] },
      IpProtocol: 'tcp',
      FromPort: 5432,
      ToPort: 5432,
    });
  });
});

describe('the stacks', () => {
  test('make no proxy where one exists', () => {
    example.nested('networkAndDatabase').resourceCountIs('AWS::RDS::DBProxy', 0);
  });

  test('hold no resource in the lookup stack, so that it is never deployed', () => {
    expect(example.lookup?.toJSON()).not.toHaveProperty('Resources');
    expect(example.lookup).toBeDefined();
    expect(example.missingLookups).toEqual([]);
  });

  test('do not wait for each other in a circle', () => {
    expect(example.files.size).toBeGreaterThan(5);
    for (const [name, text] of example.files) expect(findCycle(JSON.parse(text)), name).toBeUndefined();
  });
});

describe('sign-in', () => {
  test('gives guests no AWS credentials', () => {
    example.nested('auth').hasResourceProperties('AWS::Cognito::IdentityPool', {
      AllowUnauthenticatedIdentities: false,
      AllowClassicFlow: false,
    });
  });

  test('asks for a password of twelve characters of every kind', () => {
    example.nested('auth').hasResourceProperties('AWS::Cognito::UserPool', {
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          TemporaryPasswordValidityDays: 1,
        },
      },
    });
  });

  test('changes an email address only once the new one is confirmed, and recovers an account by it alone', () => {
    example.nested('auth').hasResourceProperties('AWS::Cognito::UserPool', {
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
    });
  });

  test('offers a second factor by app and never by SMS', () => {
    example.nested('auth').hasResourceProperties('AWS::Cognito::UserPool', {
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      SmsConfiguration: Match.absent(),
    });
  });

  test('tells nobody who is a customer, ends tokens on sign-out, and keeps them short', () => {
    example.nested('auth').hasResourceProperties('AWS::Cognito::UserPoolClient', {
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AccessTokenValidity: 15,
      IdTokenValidity: 15,
      RefreshTokenValidity: 7,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
    });
  });

  test('lets users write their email address alone, and sends no authorization code to a foreign page', () => {
    example.nested('auth').hasResourceProperties('AWS::Cognito::UserPoolClient', {
      WriteAttributes: ['email'],
      AllowedOAuthFlowsUserPoolClient: false,
      AllowedOAuthFlows: Match.absent(),
      AllowedOAuthScopes: Match.absent(),
      CallbackURLs: Match.absent(),
    });
  });

  test('tells web clients the same rules', () => {
    const outputs = example.root.toJSON().Outputs;

    expect(outputs.passwordPolicyMinLength.Value).toBe('12');
    expect(outputs.allowUnauthenticatedIdentities.Value).toBe('false');
  });

  test('has the group admins', () => {
    example.nested('auth').hasResourceProperties('AWS::Cognito::UserPoolGroup', { GroupName: 'admins' });
  });
});

describe('the API', () => {
  test('takes user-pool tokens, and has no API key', () => {
    example.nested('data').hasResourceProperties('AWS::AppSync::GraphQLApi', {
      AuthenticationType: 'AMAZON_COGNITO_USER_POOLS',
      AdditionalAuthenticationProviders: [{ AuthenticationType: 'AWS_IAM' }],
    });
    example.nested('data').resourceCountIs('AWS::AppSync::ApiKey', 0);
  });
});

test.runIf(exhaustive)('the same input gives the same templates', async () => {
  const again = await synthesize(branch('example'));

  expect(Object.fromEntries(again.files)).toEqual(Object.fromEntries(example.files));
});
