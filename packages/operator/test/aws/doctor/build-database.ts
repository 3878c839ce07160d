/** Makes the database of a recipe in moto, its proxy and their secrets. */
import {
  CreateDBClusterCommand,
  CreateDBClusterParameterGroupCommand,
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  CreateDBProxyCommand,
  CreateDBSubnetGroupCommand,
  type DBInstance,
  type DBProxy,
  DescribeDBInstancesCommand,
  DescribeDBProxyTargetsCommand,
  ModifyDBClusterParameterGroupCommand,
  ModifyDBParameterGroupCommand,
  ModifyDBProxyTargetGroupCommand,
  type RDSClient,
  RegisterDBProxyTargetsCommand,
} from '@aws-sdk/client-rds';
import { CreateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { BuiltNetwork } from './built-network.js';
import type { Recipe } from './recipe.js';

export interface BuiltDatabase {
  readonly instance: DBInstance;
  /** Of the instance, or of the cluster. */
  readonly identifier: string;
  readonly resourceId: string;
  readonly proxy: DBProxy | undefined;
  /** Of `app` and of `migrator`. */
  readonly secrets: readonly string[];
}

const INSTANCE = 'orders-db';
const CLUSTER = 'orders-cluster';
const PROXY = 'orders';
const PROXY_ROLE = 'proxy-role';
const PARAMETERS = 'orders-parameters';

export async function buildDatabase(
  rds: RDSClient,
  secretsManager: SecretsManagerClient,
  account: string,
  network: BuiltNetwork,
  recipe: Recipe,
): Promise<BuiltDatabase> {
  const DBSubnetGroupName = 'orders-subnets';
  await rds.send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName,
      DBSubnetGroupDescription: 'all',
      SubnetIds: [...network.subnets],
    }),
  );
  const common = { DBSubnetGroupName, VpcSecurityGroupIds: [network.groups.database] };
  const resourceId = recipe.database === 'cluster' ? await buildCluster(rds, common, recipe) : undefined;
  await buildInstance(rds, common, recipe);
  // Its state is complete after it was asked for.
  const { DBInstances: [instance = {}] = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  const secrets = await Promise.all(
    ['app', 'migrator'].map(async (user) => {
      const created = await secretsManager.send(
        new CreateSecretCommand({
          Name: `orders/${user}`,
          SecretString: JSON.stringify({ username: user, password: 'hunter2' }),
        }),
      );
      return created.ARN ?? '';
    }),
  );
  return {
    instance,
    identifier: recipe.database === 'cluster' ? CLUSTER : INSTANCE,
    resourceId: resourceId ?? instance.DbiResourceId ?? '',
    secrets,
    proxy: recipe.proxy === 'none' ? undefined : await buildProxy(rds, account, network, recipe, secrets),
  };
}

const maxConnectionsOf = ({ maxConnections }: Recipe) => [
  { ParameterName: 'max_connections', ParameterValue: String(maxConnections), ApplyMethod: 'pending-reboot' as const },
];

async function buildCluster(rds: RDSClient, common: object, recipe: Recipe): Promise<string | undefined> {
  await rds.send(
    new CreateDBClusterParameterGroupCommand({
      DBClusterParameterGroupName: PARAMETERS,
      DBParameterGroupFamily: 'aurora-postgresql17',
      Description: 'max_connections',
    }),
  );
  await rds.send(
    new ModifyDBClusterParameterGroupCommand({
      DBClusterParameterGroupName: PARAMETERS,
      Parameters: maxConnectionsOf(recipe),
    }),
  );
  const { DBCluster } = await rds.send(
    new CreateDBClusterCommand({
      ...common,
      DBClusterIdentifier: CLUSTER,
      Engine: 'aurora-postgresql',
      EngineVersion: '17.5',
      DBClusterParameterGroupName: PARAMETERS,
      MasterUsername: 'postgres',
      MasterUserPassword: 'hunter2-hunter2',
      StorageEncrypted: true,
      EnableIAMDatabaseAuthentication: true,
      ...recipe.clusterInput,
    }),
  );
  return DBCluster?.DbClusterResourceId;
}

async function buildInstance(rds: RDSClient, common: object, recipe: Recipe): Promise<void> {
  const ofCluster = recipe.database === 'cluster';
  const DBParameterGroupName = ofCluster ? undefined : PARAMETERS;
  if (DBParameterGroupName !== undefined) {
    await rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName,
        DBParameterGroupFamily: 'postgres17',
        Description: 'max_connections',
      }),
    );
    await rds.send(new ModifyDBParameterGroupCommand({ DBParameterGroupName, Parameters: maxConnectionsOf(recipe) }));
  }
  await rds.send(
    new CreateDBInstanceCommand({
      ...common,
      DBInstanceIdentifier: INSTANCE,
      DBInstanceClass: 'db.t4g.medium',
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      PubliclyAccessible: false,
      StorageEncrypted: true,
      ...(ofCluster
        ? { DBClusterIdentifier: CLUSTER, Engine: 'aurora-postgresql' }
        : {
            Engine: 'postgres',
            EngineVersion: '17.6',
            AllocatedStorage: 20,
            MasterUsername: 'postgres',
            MasterUserPassword: 'hunter2-hunter2',
            EnableIAMDatabaseAuthentication: recipe.auth === 'iam',
            DBParameterGroupName,
          }),
      ...recipe.instanceInput,
    }),
  );
}

async function buildProxy(
  rds: RDSClient,
  account: string,
  { subnets, groups }: BuiltNetwork,
  recipe: Recipe,
  secrets: readonly string[],
): Promise<DBProxy | undefined> {
  const Auth =
    recipe.auth === 'iam'
      ? []
      : secrets.map((SecretArn) => ({ AuthScheme: 'SECRETS' as const, IAMAuth: 'REQUIRED' as const, SecretArn }));
  const { DBProxy: proxy } = await rds.send(
    new CreateDBProxyCommand({
      DBProxyName: PROXY,
      EngineFamily: 'POSTGRESQL',
      Auth,
      RoleArn: `arn:aws:iam::${account}:role/${PROXY_ROLE}`,
      VpcSubnetIds: [...subnets],
      VpcSecurityGroupIds: [groups.proxy],
      RequireTLS: true,
      IdleClientTimeout: 300,
      ...recipe.proxyInput,
    }),
  );
  await rds.send(
    new ModifyDBProxyTargetGroupCommand({
      DBProxyName: PROXY,
      TargetGroupName: 'default',
      ConnectionPoolConfig: { MaxConnectionsPercent: 70, ConnectionBorrowTimeout: 5 },
    }),
  );
  await rds.send(
    new RegisterDBProxyTargetsCommand({
      DBProxyName: PROXY,
      TargetGroupName: 'default',
      ...(recipe.database === 'cluster' ? { DBClusterIdentifiers: [CLUSTER] } : { DBInstanceIdentifiers: [INSTANCE] }),
    }),
  );
  // In moto a target is REGISTERING until it has been asked for once.
  await rds.send(new DescribeDBProxyTargetsCommand({ DBProxyName: PROXY }));
  return proxy;
}
