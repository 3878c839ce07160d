import { findCycle } from '@vpc-postgres/backend/testing/stack-graph.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import {
  asBranch,
  asSandbox,
  type Combination,
  combinations,
  egressContext,
  fewCombinations,
  PREFIX_LISTS,
} from '@vpc-postgres/testing/support/deployments.js';
import { DATABASE_GROUP, SECRET_ARN } from '@vpc-postgres/testing/support/environments.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { keepTemplates } from '@vpc-postgres/testing/support/keep-templates.js';
import { onOwnStacks } from '@vpc-postgres/testing/support/own-stacks-plugin.js';
import { physicalNamesIn } from '@vpc-postgres/testing/support/physical-names.js';
import { readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { branch, type SynthesisInputs, sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { allowStatementsIn, ofType, resourcesIn } from '@vpc-postgres/testing/support/templates.js';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, test } from 'vitest';

/**
 * Every combination of VPC, egress and way to the database, for a branch and for sandboxes, through the real backend; `npm test`
 * takes a few. An error of CloudFormation Validate, a guardrail or an unexplained finding of cdk-nag ends a synthesis.
 */
const inputs = (name: string, environment: Combination['environment']): SynthesisInputs => ({
  environments: { [name]: environment },
  cachedContext: { ...readProjectContext(), ...egressContext },
  bundle: false,
  validate: true,
});

const EXISTING_PROXY_GROUP = 'sg-0d1e2f3a4b5c60798';
const onPort = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, Description: expect.any(String) });
const toGroupMadeHere = { 'Fn::GetAtt': [expect.stringMatching(/SecurityGroup/), 'GroupId'] };

describe.each(exhaustive ? combinations : fewCombinations)('$title', ({ network, egress, path, environment }) => {
  const created = path.startsWith('created');
  const hasNewProxy = path.startsWith('new proxy') || (created && !path.endsWith('without a proxy'));
  let main: Synthesis;
  let again: Synthesis | undefined;
  let alice: Synthesis;

  beforeAll(async () => {
    main = await synthesize(branch('main'), {
      ...inputs('main', asBranch(environment)),
      prepare: (app) => Validations.of(app).addPlugins(onOwnStacks(new AwsSolutionsChecks())),
    });
    if (exhaustive) again = await synthesize(branch('main'), inputs('main', asBranch(environment)));
    alice = await synthesize(sandbox('alice'), inputs('sandbox', asSandbox(environment)));
    for (const synthesis of [main, alice]) keepTemplates(synthesis);
    // The first loads CloudFormation Validate, a minute on a busy machine.
  }, 180_000);

  test('no stacks wait for each other in a circle', () => {
    for (const synthesis of [main, alice]) {
      for (const [name, text] of synthesis.files) expect(findCycle(JSON.parse(text)), name).toBeUndefined();
    }
  });

  test.runIf(exhaustive)('the same input gives the same templates, byte for byte', () => {
    expect(again?.files).toEqual(main.files);
  });

  test('every name of a sandbox is its own, and only a new proxy has one that we gave it', () => {
    const names = physicalNamesIn(alice);
    const ownHash = /alice-sandbox-[0-9a-f]{10}/;

    expect(names.filter((name) => !ownHash.test(name))).toEqual([]);
    // Amplify's own, which hold the sandbox's name too.
    expect(names.filter((name) => !name.startsWith('AWS::SSM::Parameter'))).toEqual(
      hasNewProxy
        ? [expect.stringMatching(/^AWS::RDS::DBProxy DBProxyName [a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]$/)]
        : [],
    );
  });

  test('nothing is left to look up', () => {
    expect([...main.missingLookups, ...alice.missingLookups]).toEqual([]);
  });

  test('only orders-api is in the VPC, and what prepares a created database, in two subnets and one group, and waits for the role that may place it', () => {
    for (const synthesis of [main, alice]) {
      const inVpc = resourcesIn(synthesis).filter(({ properties }) => 'VpcConfig' in properties);
      const serving = inVpc.filter(({ id }) => !/^Bootstrap[0-9A-F]{8}$/.test(id));
      expect(serving.map(({ id }) => id)).toEqual([expect.stringMatching(/^ordersapilambda/)]);
      expect(inVpc).toHaveLength(created ? 2 : 1);
      const { properties, dependsOn, stack } = serving[0] as (typeof inVpc)[number];
      const { SubnetIds, SecurityGroupIds } = properties.VpcConfig;
      expect([SubnetIds.length, SecurityGroupIds.length]).toEqual([2, 1]);

      const roles = ofType(synthesis, 'AWS::IAM::Role').filter((role) => role.stack === stack);
      const placing = roles.filter((role) =>
        JSON.stringify(role.properties).includes('AWSLambdaVPCAccessExecutionRole'),
      );
      expect(placing).toHaveLength(1);
      expect(properties.Role).toEqual({ 'Fn::GetAtt': [placing[0]?.id, 'Arn'] });
      expect(dependsOn).toContain(placing[0]?.id);
    }
  });

  test('the function’s code may sign in as one user at one place, and touch no network interface', () => {
    const ofFunction = allowStatementsIn(main, 'function');
    const place =
      path === 'existing proxy' || hasNewProxy
        ? /:dbuser:(prx-0123456789abcdef0|REF.*)\/app$/
        : /:dbuser:(db-[A-Z]+|cluster-[A-Z]+|REF.*)\/app$/;

    expect(ofFunction).toEqual([
      { actions: ['rds-db:connect'], resources: [expect.stringMatching(place)], condition: undefined },
    ]);
    const [deny] =
      main.nested('function').findResources('AWS::IAM::Policy') &&
      resourcesIn(main).filter(({ id }) => /networkinterfaces/.test(id));
    expect(deny?.properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Deny',
        Action: expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']),
        Resource: '*',
        Condition: {
          ArnEquals: {
            'lambda:SourceFunctionArn': { 'Fn::GetAtt': [expect.stringMatching(/^ordersapilambda/), 'Arn'] },
          },
        },
      },
    ]);
  });

  test('the proxy may sign in to one database as one user, or read one secret', () => {
    const ofNetwork = allowStatementsIn(main, 'networkAndDatabase').filter(
      // Not the flow log's, those of the CDK's function that ends the logs of a created database, and of what prepares it.
      ({ actions, resources }) =>
        !actions.every((action) => /^(logs|lambda):/.test(action)) &&
        !resources.some((resource) => /\/postgres$|MasterUserSecret/.test(resource)),
    );
    if (!hasNewProxy) return expect(ofNetwork).toEqual([]);
    expect(ofNetwork).toEqual([
      path.endsWith('IAM')
        ? {
            actions: ['rds-db:connect'],
            resources: [expect.stringMatching(/:dbuser:(db-[A-Z]+|cluster-[A-Z]+|REF[^/]*)\/app$/)],
            condition: undefined,
          }
        : {
            actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
            resources: [created ? expect.stringMatching(/^REF\(DatabaseUserSecret/) : SECRET_ARN],
            condition: undefined,
          },
      ...(created && !path.endsWith('IAM')
        ? [expect.objectContaining({ resources: [expect.stringMatching(/^REF\(MigratorSecret/)] })]
        : []),
    ]);
  });

  test('egress is closed but for the database and what was chosen', () => {
    const [functions] = ofType(main, 'AWS::EC2::SecurityGroup').filter(({ id }) =>
      id.startsWith('FunctionSecurityGroup'),
    );
    const toDatabase = {
      ...onPort(5432),
      DestinationSecurityGroupId:
        path === 'existing proxy' ? EXISTING_PROXY_GROUP : hasNewProxy || created ? toGroupMadeHere : DATABASE_GROUP,
    };
    const chosen = {
      none: [],
      endpoints: [
        ...Object.values(PREFIX_LISTS).map((id) => ({ ...onPort(443), DestinationPrefixListId: id })),
        { ...onPort(443), DestinationSecurityGroupId: toGroupMadeHere },
        ...(network === 'existing' ? [{ ...onPort(443), DestinationSecurityGroupId: 'sg-0aaaaaaaaaaaaaaaa' }] : []),
      ],
      nat: [{ ...onPort(443), CidrIp: '0.0.0.0/0' }],
      ipv6: [{ ...onPort(443), CidrIpv6: '::/0' }],
    }[egress];

    expect(functions?.properties.SecurityGroupEgress).toEqual([...chosen, toDatabase]);
    expect(ofType(main, 'AWS::EC2::SecurityGroupEgress')).toEqual([]);
    const others = ofType(main, 'AWS::EC2::SecurityGroup').filter(({ id }) => id !== functions?.id);
    expect(JSON.stringify(others)).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
  });

  test('only functions with egress over IPv6 have IPv6 addresses, and ask for hosts that have them', () => {
    const inVpc = [...resourcesIn(main), ...resourcesIn(alice)].filter(({ properties }) => 'VpcConfig' in properties);
    const expected = egress === 'ipv6' ? [true, 'true'] : [undefined, undefined];
    for (const { VpcConfig, Environment } of inVpc.map(({ properties }) => properties)) {
      const { AWS_USE_DUALSTACK_ENDPOINT } = Environment.Variables;
      expect([VpcConfig.Ipv6AllowedForDualStack, AWS_USE_DUALSTACK_ENDPOINT]).toEqual(expected);
    }
  });

  test('each group admits one other on one port', () => {
    const ingress = ofType(main, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties);
    const groups = ofType(main, 'AWS::EC2::SecurityGroup').flatMap(
      ({ properties }) => properties.SecurityGroupIngress ?? [],
    );

    expect(groups).toEqual([]);
    for (const rule of ingress) {
      expect(rule).toEqual({
        ...onPort(rule.FromPort),
        GroupId: expect.anything(),
        SourceSecurityGroupId: toGroupMadeHere,
      });
    }
    const onDatabase = ingress.filter(({ FromPort }) => FromPort === 5432);
    // With a proxy, what prepares a created database has one of its own.
    expect(onDatabase).toHaveLength(hasNewProxy ? (created ? 3 : 2) : 1);
    expect(ingress.filter(({ FromPort }) => FromPort === 443)).toHaveLength(
      egress === 'endpoints' ? (network === 'existing' ? 2 : 1) : 0,
    );
    const contents = ingress.map(({ Description, ...rule }) => JSON.stringify(rule));
    expect(new Set(contents).size, 'EC2 refuses a second rule of the same content').toBe(ingress.length);
  });

  test('a new proxy demands TLS and an IAM token, in two zones', () => {
    const proxies = ofType(main, 'AWS::RDS::DBProxy').map(({ properties }) => properties);
    if (!hasNewProxy) return expect(proxies).toEqual([]);
    expect(proxies).toEqual([
      expect.objectContaining({
        RequireTLS: true,
        VpcSubnetIds: [expect.anything(), expect.anything()],
        ...(path.endsWith('IAM')
          ? { DefaultAuthScheme: 'IAM_AUTH' }
          : {
              Auth: Array.from({ length: created ? 2 : 1 }, () =>
                expect.objectContaining({ AuthScheme: 'SECRETS', IAMAuth: 'REQUIRED' }),
              ),
            }),
      }),
    ]);
    if (path.endsWith('IAM')) expect(proxies[0]).not.toHaveProperty('Auth');
  });

  test('the function verifies the certificate of whatever it connects to', () => {
    const [fn] = ofType(main, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('ordersapilambda'));
    const variables = fn?.properties.Environment.Variables;

    // RDS signs the certificates of databases itself; those of proxies come from Amazon's public authorities.
    expect(variables.NODE_EXTRA_CA_CERTS).toBe(
      path.endsWith('without a proxy') ? '/var/runtime/ca-cert.pem' : undefined,
    );
    expect(Object.keys(variables).join()).not.toMatch(/PASSWORD|SECRET|REJECT_UNAUTHORIZED/);
    expect(variables.AMPLIFY_SSM_ENV_CONFIG).toBe('{}');
  });

  test('a branch keeps its users and a created database, encrypted and private; a sandbox keeps neither', () => {
    const protectionOf = (synthesis: Synthesis) =>
      ofType(synthesis, 'AWS::RDS::DBInstance').map(({ deletionPolicy, updateReplacePolicy, properties }) => [
        deletionPolicy,
        updateReplacePolicy,
        properties.DeletionProtection,
        properties.DeleteAutomatedBackups,
      ]);
    expect(protectionOf(main)).toEqual(created ? [['Snapshot', 'Snapshot', false, false]] : []);
    expect(protectionOf(alice)).toEqual(created ? [['Delete', 'Delete', false, true]] : []);
    for (const { properties } of [...ofType(main, 'AWS::RDS::DBInstance'), ...ofType(alice, 'AWS::RDS::DBInstance')]) {
      expect(properties).toMatchObject({
        StorageEncrypted: true,
        PubliclyAccessible: false,
        EnableIAMDatabaseAuthentication: true,
        ManageMasterUserPassword: true,
        EnablePerformanceInsights: true,
        BackupRetentionPeriod: 7,
      });
      expect(properties).not.toHaveProperty('MasterUserPassword');
    }
    const parameters = ofType(main, 'AWS::RDS::DBParameterGroup').map(({ properties }) => properties.Parameters);
    expect(parameters).toEqual(created ? [{ 'rds.force_ssl': '1', max_connections: '100' }] : []);
    expect(ofType(main, 'AWS::Cognito::UserPool')).toMatchObject([
      { deletionPolicy: 'Retain', properties: { DeletionProtection: 'ACTIVE' } },
    ]);
    expect(ofType(alice, 'AWS::Cognito::UserPool')).toMatchObject([{ deletionPolicy: 'Delete' }]);
  });

  test('there is the gateway that a created VPC chose, and otherwise no way to the internet', () => {
    const inCreated = (chosen: typeof egress) => (network === 'new' && egress === chosen ? 1 : 0);

    expect(ofType(main, 'AWS::EC2::NatGateway')).toHaveLength(inCreated('nat'));
    expect(ofType(main, 'AWS::EC2::InternetGateway')).toHaveLength(inCreated('nat'));
    expect(ofType(main, 'AWS::EC2::EgressOnlyInternetGateway')).toHaveLength(inCreated('ipv6'));
    const endpoints = ofType(main, 'AWS::EC2::VPCEndpoint').map(({ properties }) => properties.VpcEndpointType);
    expect(endpoints).toEqual(egress === 'endpoints' ? ['Gateway', 'Gateway', 'Interface'] : []);
  });
});

test.each(
  sample(
    combinations.filter(({ egress }) => egress === 'none'),
    12,
  ),
)('two sandboxes differ in every name: $title', async ({ environment }) => {
  const [alice, bob] = [
    await synthesize(sandbox('alice'), inputs('sandbox', asSandbox(environment))),
    await synthesize(sandbox('bob'), inputs('sandbox', asSandbox(environment))),
  ].map(physicalNamesIn);

  expect(alice?.length).toBeGreaterThan(0);
  expect(alice?.filter((name) => bob?.includes(name))).toEqual([]);
});
