/** The way to the database that the environment chooses: through a proxy, or directly. */
import type { Construct } from 'constructs';
import type { DatabaseSettings } from '../configuration/database-settings.js';
import type { Environment, RemovalPolicySetting } from '../configuration/environment.js';
import { DEFAULT_LOG_RETENTION_DAYS } from '../configuration/monitoring-settings.js';
import type { Network } from '../network/network.js';
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
  { database: settings, monitoring }: Pick<Environment, 'database' | 'monitoring'>,
  network: Network,
  removalPolicy: RemovalPolicySetting,
): Database {
  if (settings.proxy.kind === 'existing') return importProxy(scope, settings, settings.proxy, network);
  // The schema demands a server wherever there is no proxy yet.
  if (settings.server === undefined) throw new Error('A database without a proxy that exists needs a server.');
  const { logRetentionDays = DEFAULT_LOG_RETENTION_DAYS } = monitoring ?? {};
  const server = provideServer(scope, settings.server, settings, network, removalPolicy, logRetentionDays);
  return settings.proxy.kind === 'new'
    ? createProxy(scope, settings, settings.proxy, server, network)
    : connectDirectly(settings, server, network);
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
