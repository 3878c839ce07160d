/** The PostgreSQL server, whichever way the environment provides it. */
import type { Construct } from 'constructs';
import type { DatabaseSettings, ServerSettings } from '../configuration/database-settings.js';
import type { Network } from '../network/network.js';
import { createServer } from './created-server.js';
import { importServer } from './existing-server.js';
import type { Server } from './server.js';

/** @param keepData Whether a created server outlives its deployment as a snapshot and refuses to be deleted. */
export function provideServer(
  scope: Construct,
  settings: ServerSettings,
  database: DatabaseSettings,
  network: Network,
  keepData: boolean,
): Server {
  return settings.kind === 'new'
    ? createServer(scope, settings, database, network, keepData)
    : importServer(scope, settings, network);
}
