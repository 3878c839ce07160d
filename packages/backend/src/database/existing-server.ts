/** A PostgreSQL server that exists. Nothing of it is created or changed but rules in its security group. */
import {
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseInstance,
  DatabaseInstanceEngine,
  ProxyTarget,
} from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import type { ExistingClusterSettings, ExistingInstanceSettings } from '../configuration/database-settings.js';
import type { Network } from '../network/network.js';
import { POSTGRES_PORT } from './ports.js';
import type { Server } from './server.js';

/** RDS's own suggestion. */
const DEFAULT_MASTER_USERNAME = 'postgres';

export function importServer(
  scope: Construct,
  settings: ExistingInstanceSettings | ExistingClusterSettings,
  network: Network,
): Server {
  const { endpoint, port = POSTGRES_PORT, maxConnections, securityGroup } = settings;
  const group = network.rules.import('DatabaseSecurityGroup', securityGroup);
  const target = settings.kind === 'cluster' ? importCluster(scope, settings) : importInstance(scope, settings);
  const identifier =
    settings.kind === 'cluster'
      ? { clusterIdentifier: settings.clusterIdentifier }
      : { instanceIdentifier: settings.instanceIdentifier };
  return { host: endpoint, port, group, identifier, maxConnections, ...masterUser(settings), ...target };
}

function masterUser({
  masterSecretArn,
  masterSecretKmsKeyArn,
  masterUsername = DEFAULT_MASTER_USERNAME,
}: ExistingInstanceSettings | ExistingClusterSettings): Pick<Server, 'masterUser'> {
  if (masterSecretArn === undefined) return {};
  return {
    masterUser: {
      username: masterUsername,
      secretArn: masterSecretArn,
      ...(masterSecretKmsKeyArn !== undefined && { secretKmsKeyArn: masterSecretKmsKeyArn }),
    },
  };
}

/** Imported without security groups: network/security-group-rules.ts writes the rules. */
function importInstance(
  scope: Construct,
  { instanceIdentifier, resourceId, port = POSTGRES_PORT }: ExistingInstanceSettings,
): Pick<Server, 'proxyTarget' | 'grantConnect'> {
  const instance = DatabaseInstance.fromDatabaseInstanceAttributes(scope, 'DatabaseInstance', {
    instanceIdentifier,
    ...(resourceId !== undefined && { instanceResourceId: resourceId }),
    engine: DatabaseInstanceEngine.POSTGRES,
    port,
    securityGroups: [],
    // Asked for by the CDK; a proxy finds the instance by its identifier.
    instanceEndpointAddress: 'not-used',
  });
  return {
    proxyTarget: ProxyTarget.fromInstance(instance),
    grantConnect: (grantee, user) => void instance.grantConnect(grantee, user),
  };
}

function importCluster(
  scope: Construct,
  { clusterIdentifier, resourceId, port = POSTGRES_PORT }: ExistingClusterSettings,
): Pick<Server, 'proxyTarget' | 'grantConnect'> {
  const cluster = DatabaseCluster.fromDatabaseClusterAttributes(scope, 'DatabaseCluster', {
    clusterIdentifier,
    ...(resourceId !== undefined && { clusterResourceIdentifier: resourceId }),
    engine: DatabaseClusterEngine.AURORA_POSTGRESQL,
    port,
  });
  return {
    proxyTarget: ProxyTarget.fromCluster(cluster),
    grantConnect: (grantee, user) => void cluster.grantConnect(grantee, user),
  };
}
