/** A PostgreSQL server of this backend's own: encrypted, private, TLS forced, IAM on, backed up. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
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
import type { Network } from '../network/network.js';
import { POSTGRES_PORT } from './ports.js';
import type { Server } from './server.js';
import { requireTwoZones } from './two-zones.js';

const DEFAULTS = {
  instanceType: 't4g.small',
  allocatedStorageGiB: 20,
  multiAz: false,
  backupRetentionDays: 7,
  maxConnections: 100,
} as const;

/** How far the storage may grow by itself, as a multiple of what it starts with. */
const STORAGE_GROWTH = 4;

const MASTER_USER = 'postgres';

/** As bootstrap.sql names it. */
const DEFAULT_MIGRATOR = 'migrator';

/**
 * The major version that `npm start` runs too. RDS moves to newer minor versions by itself, in the maintenance window;
 * change this when it no longer creates this one.
 */
const ENGINE = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17_9 });

/** @param removalPolicy `retain`: it leaves a snapshot, and cannot be deleted by mistake. `destroy`: it leaves nothing. */
export function createServer(
  scope: Construct,
  settings: NewServerSettings,
  database: DatabaseSettings,
  network: Network,
  removalPolicy: RemovalPolicySetting,
): Server {
  requireTwoZones(network, 'A database');
  const { maxConnections = DEFAULTS.maxConnections } = settings;
  const group = network.rules.create('DatabaseSecurityGroup', network.vpc, 'PostgreSQL');
  const instance = new DatabaseInstance(scope, 'Database', {
    engine: ENGINE,
    databaseName: database.name,
    instanceType: new InstanceType(settings.instanceType ?? DEFAULTS.instanceType),
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
    cloudwatchLogsExports: ['postgresql', 'iam-db-auth-error'],
    autoMinorVersionUpgrade: true,
  });
  acknowledgeFindings(instance);
  return {
    host: instance.dbInstanceEndpointAddress,
    port: POSTGRES_PORT,
    group,
    identifier: { instanceIdentifier: instance.instanceIdentifier },
    maxConnections,
    proxyTarget: ProxyTarget.fromInstance(withoutGroups(scope, instance)),
    grantConnect: (grantee, user) => void instance.grantConnect(grantee, user),
    ...userSecrets(scope, database),
  };
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

function parameters(scope: Construct, maxConnections: number): ParameterGroup {
  return new ParameterGroup(scope, 'DatabaseParameters', {
    engine: ENGINE,
    description: 'TLS for every connection, and as many connections as the functions are measured against',
    parameters: {
      'rds.force_ssl': '1',
      max_connections: String(maxConnections),
    },
  });
}

function place({ multiAz = DEFAULTS.multiAz }: NewServerSettings, network: Network, securityGroup: SecurityGroup) {
  return {
    vpc: network.vpc,
    vpcSubnets: { subnets: [...network.databaseSubnets] },
    securityGroups: [securityGroup],
    publiclyAccessible: false,
    port: POSTGRES_PORT,
    multiAz,
  };
}

function storage({ allocatedStorageGiB = DEFAULTS.allocatedStorageGiB }: NewServerSettings) {
  return {
    storageEncrypted: true,
    storageType: StorageType.GP3,
    allocatedStorage: allocatedStorageGiB,
    maxAllocatedStorage: allocatedStorageGiB * STORAGE_GROWTH,
  };
}

function recovery(
  { backupRetentionDays = DEFAULTS.backupRetentionDays }: NewServerSettings,
  removalPolicy: RemovalPolicySetting,
) {
  const isRetained = removalPolicy === 'retain';
  return {
    backupRetention: Duration.days(backupRetentionDays),
    copyTagsToSnapshot: true,
    deleteAutomatedBackups: !isRetained,
    deletionProtection: isRetained,
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
      id: 'AwsSolutions::AwsSolutions-RDS11',
      reason: 'Another port hides nothing from somebody inside the VPC, and security groups keep everybody else out.',
    },
  );
}

type SecurityGroup = Server['group']['securityGroup'];
