import { findCycle } from '@vpc-postgres/backend/testing/stack-graph.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { egressContext } from '@vpc-postgres/testing/support/deployments.js';
import {
  DATABASE_GROUP,
  exampleEnvironment,
  exampleNetwork,
  existingInstance,
  proxyWithIam,
  withDatabase,
  withSqlDataSource,
} from '@vpc-postgres/testing/support/environments.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { keepTemplates } from '@vpc-postgres/testing/support/keep-templates.js';
import { physicalNamesIn } from '@vpc-postgres/testing/support/physical-names.js';
import { readProjectContext } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { branch, type SynthesisInputs, sandbox, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { ofType, type TemplateResource } from '@vpc-postgres/testing/support/templates.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Environment } from '../../src/configuration/environment.js';
import type { NetworkReport } from '../../src/network/network-report.js';

/** Amplify's SQL data source through the real backend: switched on, and off. */
const SUBNETS = ['subnet-0c30000000000000a', 'subnet-0c30000000000000b'];
const PROXY_GROUP = 'sg-0d1e2f3a4b5c60798';

const deploy = (environment: Environment, inputs: SynthesisInputs = {}) =>
  synthesize(branch('main'), {
    environments: { main: environment },
    cachedContext: { ...readProjectContext(), ...egressContext },
    bundle: false,
    ...inputs,
  });

const reportOf = (synthesis: Synthesis): NetworkReport =>
  JSON.parse(synthesis.nested('networkAndDatabase').toJSON().Metadata.NetworkReport);

const sqlFunctions = (synthesis: Synthesis) =>
  ofType(synthesis, 'AWS::Lambda::Function').filter(
    ({ properties }) => properties.Description === 'Amplify-managed SQL function',
  );

const only = (resources: readonly TemplateResource[]) => {
  expect(resources).toHaveLength(1);
  return resources[0] as TemplateResource;
};

/** Who may send what to whom, wherever it is written. References to a group made here by its construct's name. */
function rulesOf(synthesis: Synthesis): string[] {
  const name = (group: unknown) => /[A-Z][A-Za-z]*SecurityGroup|sg-[0-9a-f]+/.exec(JSON.stringify(group))?.[0];
  const inline = ofType(synthesis, 'AWS::EC2::SecurityGroup').flatMap(({ id, properties }) => [
    ...(properties.SecurityGroupEgress ?? []).map(
      (rule: Record<string, unknown>) => `${name(id)} out to ${name(rule.DestinationSecurityGroupId)} ${rule.FromPort}`,
    ),
    ...(properties.SecurityGroupIngress ?? []).map(() => `${name(id)} in, inline`),
  ]);
  const egress = ofType(synthesis, 'AWS::EC2::SecurityGroupEgress').map(
    ({ properties }) =>
      `${name(properties.GroupId)} out to ${name(properties.DestinationSecurityGroupId)} ${properties.FromPort}`,
  );
  const ingress = ofType(synthesis, 'AWS::EC2::SecurityGroupIngress').map(
    ({ properties }) =>
      `${name(properties.GroupId)} in from ${name(properties.SourceSecurityGroupId)} ${properties.FromPort}`,
  );
  return [...inline, ...egress, ...ingress].filter((rule) => rule.includes('SqlDataSource')).toSorted();
}

describe('switched off', () => {
  test('there is nothing of it: no function, no endpoint, no group, no field, no secret', async () => {
    const off = await deploy(exampleEnvironment);

    expect([...off.files].filter(([, text]) => /sql|product/i.test(text.replaceAll('postgresql', '')))).toEqual([]);
    expect(ofType(off, 'AWS::EC2::VPCEndpoint')).toEqual([]);
  });
});

describe('switched on', () => {
  let main: Synthesis;
  let alice: Synthesis;

  beforeAll(async () => {
    main = await deploy(
      withSqlDataSource({ ...exampleEnvironment, monitoring: { alarmEmails: ['on-call@example.com'] } }),
    );
    alice = await synthesize(sandbox('alice'), {
      environments: { sandbox: withSqlDataSource(exampleEnvironment) },
      bundle: false,
    });
    for (const synthesis of [main, alice]) keepTemplates(synthesis);
  });

  test('its function is in the subnets of the environment, in a security group of its own', () => {
    for (const synthesis of [main, alice]) {
      const { VpcConfig } = only(sqlFunctions(synthesis)).properties;
      expect(VpcConfig).toEqual({
        SubnetIds: SUBNETS,
        SecurityGroupIds: [{ Ref: expect.stringMatching(/SqlDataSourceSecurityGroup.*GroupId$/) }],
      });
    }
  });

  test('there is one VPC endpoint, for SSM, in the same subnets and group', () => {
    for (const synthesis of [main, alice]) {
      const { properties } = only(ofType(synthesis, 'AWS::EC2::VPCEndpoint'));
      expect(properties).toMatchObject({
        VpcEndpointType: 'Interface',
        VpcId: 'vpc-0a1b2c3d4e5f60718',
        ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.ssm']] },
        SubnetIds: SUBNETS,
        SecurityGroupIds: only(sqlFunctions(synthesis)).properties.VpcConfig.SecurityGroupIds,
        // So that each deployment in the VPC can have one.
        PrivateDnsEnabled: false,
      });
    }
  });

  test('its function reads the connection and the authority of this deployment, or the app’s, through that endpoint', () => {
    const { Variables } = only(sqlFunctions(main)).properties.Environment;
    const pathsOf = (secret: string) => [
      expect.stringMatching(new RegExp(`^/amplify/d1example/main-branch-[0-9a-f]{10}/${secret}$`)),
      `/amplify/shared/d1example/${secret}`,
    ];

    expect(JSON.parse(Variables.connectionString)).toEqual(pathsOf('SQL_CONNECTION_URI'));
    expect(JSON.parse(Variables.SSL_CERT_SSM_PATH)).toEqual(pathsOf('SQL_CERTIFICATE_AUTHORITY'));
    expect(Variables.SSM_ENDPOINT).toEqual({
      'Fn::Select': [0, { 'Fn::GetAtt': [only(ofType(main, 'AWS::EC2::VPCEndpoint')).id, 'DnsEntries'] }],
    });
  });

  test('it reaches the existing proxy and its own endpoint, both ways allowed, and nothing else', () => {
    expect(rulesOf(main)).toEqual([
      'SqlDataSourceSecurityGroup in from SqlDataSourceSecurityGroup 443',
      'SqlDataSourceSecurityGroup out to SqlDataSourceSecurityGroup 443',
      `SqlDataSourceSecurityGroup out to ${PROXY_GROUP} 5432`,
      `${PROXY_GROUP} in from SqlDataSourceSecurityGroup 5432`,
    ]);
  });

  test('no stacks wait for each other in a circle', () => {
    for (const synthesis of [main, alice]) {
      for (const [name, text] of synthesis.files) expect(findCycle(JSON.parse(text)), name).toBeUndefined();
    }
  });

  test('no guardrail and no validation refuses it, and every name is its deployment’s own', () => {
    const unexplained = [...main.findings, ...alice.findings].filter(
      ({ acknowledgedReason }) => acknowledgedReason === undefined,
    );
    expect(unexplained).toEqual([]);
    expect(physicalNamesIn(alice).filter((name) => !/alice-sandbox-[0-9a-f]{10}/.test(name))).toEqual([]);
  });

  test('its function keeps to the limits of the environment, has a log that ends and alarms, and touches no interface', () => {
    const { id, stack, properties } = only(sqlFunctions(main));
    expect(properties.ReservedConcurrentExecutions).toBe(50);

    const logGroups = ofType(main, 'AWS::Logs::LogGroup').filter((group) => group.stack === stack);
    expect(properties.LoggingConfig).toEqual({ LogGroup: { Ref: only(logGroups).id } });
    expect(logGroups[0]?.properties.RetentionInDays).toBe(30);

    const alarms = ofType(main, 'AWS::CloudWatch::Alarm').map((alarm) => JSON.stringify(alarm.properties));
    expect(alarms.filter((alarm) => alarm.includes('sql-data-source')).length).toBeGreaterThan(0);

    const policies = ofType(main, 'AWS::IAM::Policy').filter((policy) => policy.stack === stack);
    const denials = policies.flatMap((policy) => policy.properties.PolicyDocument.Statement);
    expect(denials.filter(({ Effect }) => Effect === 'Deny')).toEqual([
      expect.objectContaining({
        Action: expect.arrayContaining(['ec2:CreateNetworkInterface']),
        Condition: { ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': [id, 'Arn'] } } },
      }),
    ]);
  });

  test('nothing but orders-api may sign in with IAM', () => {
    const allowed = [...main.files].filter(([, text]) => text.includes('rds-db:connect')).map(([name]) => name);
    expect(allowed).toEqual([expect.stringMatching(/function[0-9A-F]{8}\.nested/)]);
  });

  test('the API has the model, with its rules, and both queries of our own beside the orders', () => {
    const resolvers = ofType(main, 'AWS::AppSync::Resolver').map(({ properties }) => properties.FieldName);
    expect(resolvers).toEqual(
      expect.arrayContaining([
        'getProduct',
        'listProducts',
        'createProduct',
        'priceRanges',
        'searchProducts',
        'getOrder',
      ]),
    );
  });
});

const WAYS_TO_THE_DATABASE = [
  [
    'past a new proxy, which admits IAM alone',
    { server: { ...existingInstance, port: 6543 }, proxy: proxyWithIam },
    6543,
  ],
  ['without a proxy', { server: existingInstance, proxy: { kind: 'none' } }, 5432],
] as const;

test.each(sample(WAYS_TO_THE_DATABASE, 2))(
  '%s it goes to the database itself, on its port',
  async (_where, database, port) => {
    const rules = rulesOf(await deploy(withSqlDataSource(withDatabase(database))));

    expect(rules.filter((rule) => !rule.endsWith('443'))).toEqual([
      `SqlDataSourceSecurityGroup out to ${DATABASE_GROUP} ${port}`,
      `${DATABASE_GROUP} in from SqlDataSourceSecurityGroup ${port}`,
    ]);
  },
);

test('a created database in an existing VPC lets it in', async () => {
  const rules = rulesOf(
    await deploy(withSqlDataSource(withDatabase({ server: { kind: 'new' }, proxy: proxyWithIam }))),
  );

  expect(rules.filter((rule) => !rule.endsWith('443'))).toEqual([
    'DatabaseSecurityGroup in from SqlDataSourceSecurityGroup 5432',
    'SqlDataSourceSecurityGroup out to DatabaseSecurityGroup 5432',
  ]);
});

test('a security group of a network team gets no rule, and the report lists what its owner must add', async () => {
  const id = 'sg-0bbbbbbbbbbbbbbbb';
  const synthesis = await deploy(withSqlDataSource(exampleEnvironment, { securityGroup: { id, rules: 'print' } }));

  expect(only(sqlFunctions(synthesis)).properties.VpcConfig.SecurityGroupIds).toEqual([id]);
  expect(only(ofType(synthesis, 'AWS::EC2::VPCEndpoint')).properties.SecurityGroupIds).toEqual([id]);
  const rule = { securityGroupId: id, protocol: 'tcp', description: expect.any(String) };
  expect(reportOf(synthesis).rulesToAdd).toEqual([
    { ...rule, direction: 'egress', port: 5432, peer: PROXY_GROUP },
    // Every deployment would write it: the function's group is not of one deployment.
    { ...rule, securityGroupId: PROXY_GROUP, direction: 'ingress', port: 5432, peer: id },
    { ...rule, direction: 'egress', port: 443, peer: id },
    { ...rule, direction: 'ingress', port: 443, peer: id },
  ]);
});

test.runIf(exhaustive)('beside interface endpoints of the functions it keeps one of its own', async () => {
  const synthesis = await deploy(
    withSqlDataSource({
      ...exampleEnvironment,
      network: { ...exampleNetwork, egress: { kind: 'endpoints', interfaces: [{ service: 'ssm' }] } },
    }),
  );

  expect(ofType(synthesis, 'AWS::EC2::VPCEndpoint')).toHaveLength(2);
});

test('of a VPC that is not pinned it asks nothing more than the backend does, and has the placeholders of a first pass', async () => {
  const synthesis = await deploy(withSqlDataSource(exampleEnvironment), { cachedContext: {} });

  expect(synthesis.missingLookups).toHaveLength(1);
  expect(only(sqlFunctions(synthesis)).properties.VpcConfig.SubnetIds).toEqual(['p-12345', 'p-67890']);
});

test('a choice of subnets that the VPC does not have is refused as without it', async () => {
  const network = { ...exampleNetwork, subnets: { ids: ['subnet-0fffffffffffffff0', 'subnet-0fffffffffffffff1'] } };

  await expect(deploy(withSqlDataSource({ ...exampleEnvironment, network }))).rejects.toMatchObject({
    name: 'ConfigurationError',
    problems: [expect.objectContaining({ path: 'network.subnets.ids' })],
  });
});
