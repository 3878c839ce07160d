/** The way to the database that the environment chooses: through a proxy, or directly. */
import type { Construct } from 'constructs';
import type { DatabaseSettings } from '../configuration/database-settings.js';
import type { Environment, RemovalPolicySetting } from '../configuration/environment.js';
import { logSettingsOf } from '../monitoring/monitor-deployment.js';
import type { Network } from '../network/network.js';
import { bootstrapAtDeploy } from './bootstrap/bootstrap-at-deploy.js';
import type { Database } from './database.js';
import { importProxy } from './existing-proxy.js';
import { createProxy } from './new-proxy.js';
import { provideServer } from './provide-server.js';
import type { Server } from './server.js';

/**
 * @param scope The stack that owns the network and the database.
 * @param removalPolicy What the deletion of the deployment leaves of a created server.
 */
export function provideDatabase(
  scope: Construct,
  environment: Pick<Environment, 'database' | 'monitoring'>,
  network: Network,
  removalPolicy: RemovalPolicySetting,
): Database {
  const { database: settings } = environment;
  if (settings.proxy.kind === 'existing') return importProxy(scope, settings, settings.proxy, network);
  // The schema demands a server wherever there is no proxy yet.
  if (settings.server === undefined) throw new Error('A database without a proxy that exists needs a server.');
  const logs = logSettingsOf(environment, removalPolicy);
  const server = provideServer(scope, settings.server, settings, network, removalPolicy, logs.retentionDays);
  const bootstrap = bootstrapAtDeploy(scope, settings, server, network, logs);
  return settings.proxy.kind === 'new'
    ? createProxy(scope, settings, settings.proxy, server, network, bootstrap)
    : { ...connectDirectly(settings, server, network), bootstrap };
}

function connectDirectly({ name }: DatabaseSettings, server: Server, { rules, functionGroup }: Network): Database {
  if (server.host === undefined) throw new Error('A database without a proxy needs its endpoint.');
  rules.allow(functionGroup, server.group, server.port, 'Functions to PostgreSQL');
  return {
    name,
    host: server.host,
    port: server.port,
    certificateAuthority: 'rds',
    admittedConnections: server.maxConnections,
    serverIdentifier: server.identifier,
    passwordLogin: { group: server.group, port: server.port },
    grantConnect: (grantee, user) => server.grantConnect(grantee, user),
  };
}
