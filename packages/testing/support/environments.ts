/** Environments for tests: the example of the repository, with parts replaced. */
import type {
  DatabaseSettings,
  ExistingClusterSettings,
  ExistingInstanceSettings,
  NewProxySettings,
} from '@vpc-postgres/backend/configuration/database-settings.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import type { ExistingNetworkSettings } from '@vpc-postgres/backend/configuration/network-settings.js';
import { environments } from '../app/amplify/environments.js';

const { example } = environments;
if (example?.network.kind !== 'existing') throw new Error('amplify/environments.ts has no environment `example`.');

/** With migrations at deployment. */
export const exampleWithMigrations: Environment = example;

const { migrator: _, ...withoutMigrator } = example.database;
/** Without: whatever is in the VPC then is an API function. */
export const exampleEnvironment: Environment = { ...example, database: withoutMigrator as DatabaseSettings };
export const exampleNetwork: ExistingNetworkSettings = example.network;

export const DATABASE_GROUP = 'sg-0eeeeeeeeeeeeeeee';
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/app-AbC123';
export const SQL_SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/sql-data-source-AbC123';

export const existingInstance: ExistingInstanceSettings = {
  kind: 'instance',
  instanceIdentifier: 'orders-db',
  resourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  endpoint: 'orders-db.c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
  securityGroup: { id: DATABASE_GROUP, rules: 'add' },
  maxConnections: 200,
};

export const existingCluster: ExistingClusterSettings = {
  kind: 'cluster',
  clusterIdentifier: 'orders-cluster',
  resourceId: 'cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  endpoint: 'orders-cluster.cluster-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
  securityGroup: { id: DATABASE_GROUP, rules: 'add' },
  maxConnections: 200,
};

export const MIGRATOR_SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/migrator-AbC123';

export const proxyWithSecret: NewProxySettings = { kind: 'new', auth: { kind: 'secret', secretArn: SECRET_ARN } };
export const proxyWithIam: NewProxySettings = { kind: 'new', auth: { kind: 'iam' } };

/** The example with another way to the database. */
export function withDatabase(parts: Pick<DatabaseSettings, 'proxy' | 'server' | 'migrator'>): Environment {
  const { name, user } = exampleEnvironment.database;
  return { ...exampleEnvironment, database: { name, user, ...parts } as DatabaseSettings };
}

/** With Amplify's SQL data source, which is off otherwise. */
export const withSqlDataSource = (
  environment: Environment,
  settings: Partial<Environment['sqlDataSource']> = {},
): Environment => ({ ...environment, sqlDataSource: { secretArn: SQL_SECRET_ARN, ...settings } });

export const newProxyToInstance = withDatabase({ proxy: proxyWithSecret, server: existingInstance });
export const newProxyToCluster = withDatabase({ proxy: proxyWithSecret, server: existingCluster });
