/** An RDS Proxy that another team owns, known by its ARN and endpoint. Nothing of it is created or changed. */
import { DatabaseProxy } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import type { DatabaseSettings, ExistingProxySettings } from '../configuration/database-settings.js';
import type { Network } from '../network/network.js';
import type { Database } from './database.js';
import { POSTGRES_PORT } from './ports.js';

export function importProxy(
  scope: Construct,
  { name }: DatabaseSettings,
  settings: ExistingProxySettings,
  { rules, functionGroup }: Network,
): Database {
  const { proxyArn, endpoint, maxDatabaseConnections } = settings;
  const proxyName = settings.proxyName ?? endpoint.slice(0, endpoint.indexOf('.'));
  const group = rules.import('ProxySecurityGroup', settings.securityGroup);
  rules.allow(functionGroup, group, POSTGRES_PORT, 'Functions to RDS Proxy');
  const proxy = DatabaseProxy.fromDatabaseProxyAttributes(scope, 'ExistingProxy', {
    dbProxyArn: proxyArn,
    endpoint,
    dbProxyName: proxyName,
    // Asked for by the CDK, which does nothing with them: the rule is written above.
    securityGroups: [],
  });
  return {
    name,
    host: endpoint,
    port: POSTGRES_PORT,
    certificateAuthority: 'public',
    admittedConnections: maxDatabaseConnections,
    proxyName,
    passwordLogin: { group, port: POSTGRES_PORT },
    // rds-db:connect on dbuser:<proxy id>/<user>: this proxy and this user, nothing wider.
    grantConnect: (grantee, user) => void proxy.grantConnect(grantee, user),
  };
}
