/** The PostgreSQL server, whichever way the environment provides it. */
import type { Construct } from 'constructs';
import type { DatabaseSettings, ServerSettings } from '../configuration/database-settings.js';
import type { RemovalPolicySetting } from '../configuration/environment.js';
import type { Network } from '../network/network.js';
import { createServer } from './created-server.js';
import { importServer } from './existing-server.js';
import type { Server } from './server.js';

/** @param removalPolicy `retain`: a created server leaves a snapshot, and cannot be deleted by mistake. */
export function provideServer(
  scope: Construct,
  settings: ServerSettings,
  database: DatabaseSettings,
  network: Network,
  removalPolicy: RemovalPolicySetting,
): Server {
  return settings.kind === 'new'
    ? createServer(scope, settings, database, network, removalPolicy)
    : importServer(scope, settings, network);
}
