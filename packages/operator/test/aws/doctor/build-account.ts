/** Makes the account of a recipe in moto, and the environment of amplify/environments.ts that fits it. */
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { RDSClient } from '@aws-sdk/client-rds';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { DatabaseSettings } from '@vpc-postgres/backend/configuration/database-settings.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import type { Access } from '../accounts.js';
import { type BuiltDatabase, buildDatabase } from './build-database.js';
import { buildNetwork } from './build-network.js';
import type { BuiltNetwork } from './built-network.js';
import type { Recipe } from './recipe.js';

export interface StackResource {
  readonly type: string;
  readonly id: string;
}

export interface BuiltAccount {
  readonly environment: Environment;
  readonly network: BuiltNetwork;
  readonly database: BuiltDatabase;
  /** What CloudFormation would list: nothing before the first deployment. */
  readonly resources: readonly StackResource[];
}

export interface Clients {
  readonly ec2: EC2Client;
  readonly rds: RDSClient;
  readonly lambda: LambdaClient;
  readonly iam: IAMClient;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly cloudwatch: CloudWatchClient;
}

export function openClients(access: Access): Clients {
  return {
    ec2: new EC2Client(access),
    rds: new RDSClient(access),
    lambda: new LambdaClient(access),
    iam: new IAMClient(access),
    secrets: new SecretsManagerClient(access),
    ssm: new SSMClient(access),
    cloudwatch: new CloudWatchClient(access),
  };
}

export const FUNCTION = 'orders-api';
export const MIGRATIONS = 'migrations';
export const ALARM = 'orders-api-Errors';

export async function buildAccount(
  clients: Clients,
  account: string,
  region: string,
  recipe: Recipe,
): Promise<BuiltAccount> {
  if (recipe.bootstrapVersion !== undefined) {
    await clients.ssm.send(
      new PutParameterCommand({
        Name: '/cdk-bootstrap/hnb659fds/version',
        Value: recipe.bootstrapVersion,
        Type: 'String',
      }),
    );
  }
  const network = await buildNetwork(clients.ec2, region, recipe);
  const database = await buildDatabase(clients.rds, clients.secrets, account, network, recipe);
  const environment = recipe.environment(environmentOf(account, region, recipe, network, database), network);
  if (recipe.deployed) await deployFunctions(clients, account, recipe, network, database);
  if (recipe.alarms) await putAlarms(clients.cloudwatch, account, region, database.proxy?.DBProxyName);
  return { environment, network, database, resources: recipe.deployed ? resourcesOf(recipe, network, database) : [] };
}

function environmentOf(
  account: string,
  region: string,
  recipe: Recipe,
  network: BuiltNetwork,
  database: BuiltDatabase,
): Environment {
  const { reservedConcurrency } = recipe;
  return {
    account,
    region,
    network: networkSettings(recipe, network),
    database: databaseSettings(recipe, network, database),
    ...(reservedConcurrency !== undefined && { limits: { reservedConcurrency } }),
    ...(recipe.alarms && { monitoring: { alarmEmails: ['on-call@example.com'] } }),
  };
}

function networkSettings(
  { network: kind, egress, subnets: choice }: Recipe,
  { vpc, subnets, groups }: BuiltNetwork,
): Environment['network'] {
  if (kind === 'new') return { kind: 'new', cidr: '10.77.0.0/16' };
  const existing = { id: groups.endpoints, rules: 'print' } as const;
  return {
    kind: 'existing',
    vpc: { id: vpc },
    subnets: choice === 'by ids' ? { ids: [...subnets] } : { type: egress === 'nat' ? 'withEgress' : 'isolated' },
    functionSecurityGroup: { id: groups.functions, rules: 'print' },
    ...(egress === 'nat' && { egress: { kind: 'nat' } }),
    ...(egress === 'endpoints' && {
      egress: { kind: 'endpoints', interfaces: [{ service: 'sqs', existing }], gateways: [{ service: 's3' }] },
    }),
  };
}

function databaseSettings(
  recipe: Recipe,
  { groups }: BuiltNetwork,
  { proxy, secrets, identifier, resourceId, instance }: BuiltDatabase,
): DatabaseSettings {
  const users = { name: 'app', user: 'app', migrator: 'migrator' };
  if (recipe.proxy === 'existing') {
    const { DBProxyArn: proxyArn = '', Endpoint: endpoint = '' } = proxy ?? {};
    const securityGroup = { id: groups.proxy, rules: 'add' } as const;
    return { ...users, proxy: { kind: 'existing', proxyArn, endpoint, securityGroup } };
  }
  const common = {
    resourceId,
    securityGroup: { id: groups.database, rules: 'print' },
    maxConnections: recipe.maxConnections,
  } as const;
  const [secretArn = '', migratorSecretArn = ''] = secrets;
  const settings = {
    ...users,
    server:
      recipe.database === 'created'
        ? { kind: 'new' }
        : recipe.database === 'cluster'
          ? { kind: 'cluster', clusterIdentifier: identifier, ...common }
          : { kind: 'instance', instanceIdentifier: identifier, endpoint: instance.Endpoint?.Address, ...common },
    proxy:
      recipe.proxy === 'none'
        ? { kind: 'none' }
        : {
            kind: 'new',
            auth: recipe.auth === 'iam' ? { kind: 'iam' } : { kind: 'secret', secretArn, migratorSecretArn },
          },
  };
  return settings as DatabaseSettings;
}

/** An archive without files. moto unpacks none until it is invoked. */
const EMPTY_ZIP = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');

async function deployFunctions(
  { iam, lambda }: Clients,
  account: string,
  recipe: Recipe,
  { subnets, groups }: BuiltNetwork,
  { proxy, instance }: BuiltDatabase,
): Promise<void> {
  const host = proxy?.Endpoint ?? instance.Endpoint?.Address ?? '';
  for (const [name, user, Timeout] of [
    [FUNCTION, 'app', recipe.functionTimeoutSeconds],
    [MIGRATIONS, 'migrator', 840],
  ] as const) {
    await iam.send(new CreateRoleCommand({ RoleName: `${name}-role`, AssumeRolePolicyDocument: '{}' }));
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Role: `arn:aws:iam::${account}:role/${name}-role`,
        Runtime: name === FUNCTION ? recipe.functionRuntime : 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: EMPTY_ZIP },
        Timeout,
        VpcConfig: { SubnetIds: [...subnets], SecurityGroupIds: [groups.functions] },
        Environment: {
          Variables: {
            DATABASE_HOST: host,
            DATABASE_PORT: '5432',
            DATABASE_NAME: 'app',
            DATABASE_USER: user,
            ...(name === FUNCTION && recipe.functionVariables),
          },
        },
      }),
    );
  }
  if (recipe.reservedConcurrency === undefined) return;
  await lambda.send(
    new PutFunctionConcurrencyCommand({
      FunctionName: FUNCTION,
      ReservedConcurrentExecutions: recipe.reservedConcurrency,
    }),
  );
}

async function putAlarms(cloudwatch: CloudWatchClient, account: string, region: string, proxyName = ''): Promise<void> {
  const common = {
    EvaluationPeriods: 1,
    Period: 300,
    Threshold: 3,
    Statistic: 'Sum' as const,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold' as const,
    AlarmActions: [`arn:aws:sns:${region}:${account}:alarms`],
  };
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      ...common,
      AlarmName: ALARM,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: FUNCTION }],
    }),
  );
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      ...common,
      AlarmName: 'ProxyAuthFailures',
      Namespace: 'AWS/RDS',
      MetricName: 'ClientConnectionsSetupFailedAuth',
      Dimensions: [{ Name: 'ProxyName', Value: proxyName }],
    }),
  );
}

function resourcesOf(recipe: Recipe, { vpc }: BuiltNetwork, { proxy, identifier }: BuiltDatabase): StackResource[] {
  return [
    { type: 'AWS::Lambda::Function', id: FUNCTION },
    { type: 'AWS::Lambda::Function', id: MIGRATIONS },
    ...(recipe.network === 'new' ? [{ type: 'AWS::EC2::VPC', id: vpc }] : []),
    ...(recipe.proxy === 'new' ? [{ type: 'AWS::RDS::DBProxy', id: proxy?.DBProxyName ?? '' }] : []),
    ...(recipe.database === 'created' ? [{ type: 'AWS::RDS::DBInstance', id: identifier }] : []),
    ...(recipe.alarms ? [ALARM, 'ProxyAuthFailures'].map((id) => ({ type: 'AWS::CloudWatch::Alarm', id })) : []),
  ];
}
