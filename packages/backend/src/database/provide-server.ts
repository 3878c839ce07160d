/** The PostgreSQL server, whichever way the environment provides it. */
import type { Construct } from 'constructs';
import type { DatabaseSettings, ServerSettings } from '../configuration/database-settings.js';
import type { RemovalPolicySetting } from '../configuration/environment.js';
import type { LogRetentionDays } from '../configuration/monitoring-settings.js';
import type { Network } from '../network/network.js';
import { createServer } from './created-server.js';
import { importServer } from './existing-server.js';
import type { Server } from './server.js';

/**
 * @param removalPolicy What the deletion of the deployment leaves of a created server.
 * @param logRetentionDays How long the exported logs of a created server are kept.
 */
export function provideServer(
  scope: Construct,
  settings: ServerSettings,
  database: DatabaseSettings,
  network: Network,
  removalPolicy: RemovalPolicySetting,
  logRetentionDays: LogRetentionDays,
): Server {
  return settings.kind === 'new'
    ? createServer(scope, settings, database, network, removalPolicy, logRetentionDays)
    : importServer(scope, settings, network);
}
