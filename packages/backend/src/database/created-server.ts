/** A PostgreSQL server of this backend's own: encrypted, private, TLS forced, IAM on, backed up. */
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { LogRetention } from 'aws-cdk-lib/aws-logs';
import {
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseSecret,
  ParameterGroup,
  PerformanceInsightRetention,
  PostgresEngineVersion,
  ProxyTarget,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DatabaseSettings, NewServerSettings } from '../configuration/database-settings.js';
import type { RemovalPolicySetting } from '../configuration/environment.js';
import type { LogRetentionDays } from '../configuration/monitoring-settings.js';
import { NEW_SERVER_DEFAULTS } from '../configuration/server-settings.js';
import type { Network } from '../network/network.js';
import { refuseChange } from '../network/refuse-change.js';
import { POSTGRES_PORT } from './ports.js';
import type { Server } from './server.js';
import { requireTwoZones } from './two-zones.js';

/** How far the storage may grow by itself, as a multiple of what it starts with. */
const STORAGE_GROWTH = 4;

/** RDS's most for PostgreSQL, and the least by which it lets storage grow, as a multiple. */
const STORAGE_LIMITS = { gib: 65_536, leastGrowth: 1.1 } as const;

const MASTER_USER = 'postgres';

const EXPORTED_LOGS = ['postgresql', 'iam-db-auth-error'] as const;

/** As bootstrap.sql names it. */
const DEFAULT_MIGRATOR = 'migrator';

/**
 * The major version that `npm start` runs too. RDS moves to newer minor versions by itself, in the maintenance window;
 * change this when it no longer creates this one.
 */
const ENGINE = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17_9 });

/**
 * @param removalPolicy `retain`: it leaves a snapshot. `destroy`: it leaves nothing.
 * @param logRetentionDays How long its exported logs are kept.
 */
export function createServer(
  scope: Construct,
  settings: NewServerSettings,
  database: DatabaseSettings,
  network: Network,
  removalPolicy: RemovalPolicySetting,
  logRetentionDays: LogRetentionDays,
): Server {
  requireTwoZones(network, 'A database');
  const { maxConnections = NEW_SERVER_DEFAULTS.maxConnections } = settings;
  const group = network.rules.create('DatabaseSecurityGroup', network.vpc, 'PostgreSQL');
  const instance = new DatabaseInstance(scope, 'Database', {
    engine: ENGINE,
    databaseName: database.name,
    instanceType: new InstanceType(settings.instanceType ?? NEW_SERVER_DEFAULTS.instanceType),
    parameterGroup: parameters(scope, maxConnections),
    credentials: Credentials.fromUsername(MASTER_USER),
    // RDS makes the master user's password, keeps it in a secret of its own and changes it every week.
    manageMasterUserPassword: true,
    iamAuthentication: true,
    ...place(settings, network, group.securityGroup),
    ...storage(settings),
    ...recovery(settings, removalPolicy),
    enablePerformanceInsights: true,
    // Seven days are free of charge.
    performanceInsightRetention: PerformanceInsightRetention.DEFAULT,
    // Refused logins with IAM have a log of their own.
    cloudwatchLogsExports: [...EXPORTED_LOGS],
    autoMinorVersionUpgrade: true,
  });
  refuseOtherName(scope, instance, database.name);
  refuseOtherVpc(scope, instance, network);
  endLogs(scope, instance, removalPolicy, logRetentionDays);
  acknowledgeFindings(instance);
  return {
    host: instance.dbInstanceEndpointAddress,
    port: POSTGRES_PORT,
    group,
    identifier: { instanceIdentifier: instance.instanceIdentifier },
    maxConnections,
    proxyTarget: ProxyTarget.fromInstance(withoutGroups(scope, instance)),
    grantConnect: (grantee, user) => void instance.grantConnect(grantee, user),
    masterUser: { username: MASTER_USER, secretArn: instance.secret?.secretArn ?? '' },
    ...userSecrets(scope, database),
  };
}

/** Another name replaces the instance by an empty one: RDS gives the name to the database that it creates with it. */
function refuseOtherName(scope: Construct, instance: DatabaseInstance, name: string): void {
  const guard = refuseChange(
    scope,
    'FixedDatabaseSettings',
    [{ name: 'database.name', value: name }],
    'RDS would replace the server by an empty one. Put the name back; for a database of another name on this server create a second environment and move the data (docs/troubleshooting.md).',
  );
  instance.node.addDependency(guard);
}

/** RDS refuses subnets of another VPC for a database, when CloudFormation has created much else for the new one already. */
function refuseOtherVpc(scope: Construct, instance: DatabaseInstance, { vpc }: Network): void {
  const guard = refuseChange(
    scope,
    'FixedDatabaseVpc',
    [{ name: 'network.vpc', value: vpc.vpcId }],
    'A database stays in the VPC in which it was created. Put the network back; for another VPC create a second environment and move the data (docs/troubleshooting.md).',
  );
  instance.node.addDependency(guard);
}

/** RDS makes a group for each log, which never ends and outlives the instance. */
function endLogs(
  scope: Construct,
  instance: DatabaseInstance,
  removalPolicy: RemovalPolicySetting,
  retention: LogRetentionDays,
): void {
  for (const log of EXPORTED_LOGS) {
    const logRetention = new LogRetention(scope, `DatabaseLog-${log}`, {
      logGroupName: `/aws/rds/instance/${instance.instanceIdentifier}/${log}`,
      retention,
      removalPolicy: removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    logRetention.node.addDependency(instance);
  }
  const handler = Stack.of(scope).node.children.find(({ node }) => node.id.startsWith('LogRetention'));
  if (handler === undefined) throw new Error('The CDK has no function that ends logs.');
  Validations.of(handler).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason: 'AWS’s own policy for the log of a function, which AWS keeps up to date.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason:
        'The CDK’s function sets how long logs are kept, and reads none; the names of the groups are not known before.',
    },
  );
}

/** The CDK would write rules between a proxy and the instance of its own, and EC2 refuses a rule that exists. */
function withoutGroups(scope: Construct, { instanceIdentifier, dbInstanceEndpointAddress }: DatabaseInstance) {
  return DatabaseInstance.fromDatabaseInstanceAttributes(scope, 'DatabaseAsTarget', {
    instanceIdentifier,
    instanceEndpointAddress: dbInstanceEndpointAddress,
    engine: ENGINE,
    port: POSTGRES_PORT,
    securityGroups: [],
  });
}

/**
 * Another number makes another group. A changed group would wait for the next restart of the instance, while the guardrail
 * `connection-limit` counts with the new number; an instance that gets another group is restarted by CloudFormation.
 */
function parameters(scope: Construct, maxConnections: number): ParameterGroup {
  return new ParameterGroup(scope, `DatabaseParameters${maxConnections}`, {
    engine: ENGINE,
    description: 'TLS for every connection, and as many connections as the functions are measured against',
    parameters: {
      'rds.force_ssl': '1',
      max_connections: String(maxConnections),
    },
  });
}

function place(
  { multiAz = NEW_SERVER_DEFAULTS.multiAz }: NewServerSettings,
  network: Network,
  securityGroup: SecurityGroup,
) {
  return {
    vpc: network.vpc,
    vpcSubnets: { subnets: [...network.databaseSubnets] },
    securityGroups: [securityGroup],
    publiclyAccessible: false,
    port: POSTGRES_PORT,
    multiAz,
  };
}

function storage({ allocatedStorageGiB = NEW_SERVER_DEFAULTS.allocatedStorageGiB }: NewServerSettings) {
  const maximum = Math.min(allocatedStorageGiB * STORAGE_GROWTH, STORAGE_LIMITS.gib);
  return {
    storageEncrypted: true,
    storageType: StorageType.GP3,
    allocatedStorage: allocatedStorageGiB,
    // Left out where RDS would refuse it: storage that cannot grow enough does not grow.
    ...(maximum >= allocatedStorageGiB * STORAGE_LIMITS.leastGrowth && { maxAllocatedStorage: maximum }),
  };
}

/** Protected only when the environment says so: a protected instance cannot be rolled back when its first deployment fails. */
function recovery(
  { backupRetentionDays = NEW_SERVER_DEFAULTS.backupRetentionDays, deletionProtection = false }: NewServerSettings,
  removalPolicy: RemovalPolicySetting,
) {
  const isRetained = removalPolicy === 'retain';
  return {
    backupRetention: Duration.days(backupRetentionDays),
    copyTagsToSnapshot: true,
    deleteAutomatedBackups: !isRetained,
    deletionProtection,
    removalPolicy: isRetained ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
  };
}

/**
 * For a proxy that logs in with passwords: the secrets are made here, and the database learns the passwords from them. The
 * migrator's is made before the environment names one, because the deployment that names it logs in with it.
 */
function userSecrets(
  scope: Construct,
  { proxy, user, migrator = DEFAULT_MIGRATOR }: DatabaseSettings,
): Pick<Server, 'userSecrets'> {
  if (proxy.kind !== 'new' || proxy.auth.kind !== 'secret') return {};
  return {
    userSecrets: [userSecret(scope, 'DatabaseUserSecret', user), userSecret(scope, 'MigratorSecret', migrator)],
  };
}

function userSecret(scope: Construct, id: string, username: string): ISecret {
  const secret = new DatabaseSecret(scope, id, { username });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions::AwsSolutions-SMG4',
    reason:
      'A rotation needs a function in the VPC with a way to Secrets Manager, for 7 USD a month and zone. The password is ' +
      'known to RDS Proxy alone; auth { kind: "iam" } has none.',
  });
  // The CDK's class does not meet its own interface under exactOptionalPropertyTypes.
  return secret as ISecret;
}

/** What cdk-nag's AwsSolutions rules would have otherwise, and why it is as it is. */
function acknowledgeFindings(instance: DatabaseInstance): void {
  Validations.of(instance).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-RDS3',
      reason: 'A second instance doubles the price. Each environment says whether it is worth it: server.multiAz.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-RDS10',
      reason:
        'A protected instance could not be rolled back when its first deployment fails. Each environment says when it holds ' +
        'data: server.deletionProtection. A branch that is deleted leaves a final snapshot either way.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-RDS11',
      reason: 'Another port hides nothing from somebody inside the VPC, and security groups keep everybody else out.',
    },
  );
}

type SecurityGroup = Server['group']['securityGroup'];
