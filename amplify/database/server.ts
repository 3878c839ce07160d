/** The PostgreSQL server, whichever way the environment provides it. */
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ProxyTarget } from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DatabaseSettings, ServerSettings } from '../configuration/database-settings.js';
import type { Network } from '../network/network.js';
import type { Group } from '../network/security-group-rules.js';
import { createServer } from './created-server.js';
import { importServer } from './existing-server.js';

export type ServerIdentifier = { readonly instanceIdentifier: string } | { readonly clusterIdentifier: string };

export interface Server {
  /** The host name of the writer. An existing server tells it only where it is needed. */
  readonly host: string | undefined;
  readonly port: number;
  readonly group: Group;
  readonly proxyTarget: ProxyTarget;
  /** CloudWatch's name for it. May be a token. */
  readonly identifier: ServerIdentifier;
  /** How many connections it admits, if that is known. */
  readonly maxConnections: number | undefined;
  /** Lets somebody sign in with IAM as one database user, and as no other. */
  grantConnect(grantee: IGrantable, user: string): void;
  /** The secret with the name and password of the database user, where the server brings one. */
  readonly userSecret?: ISecret;
}

/** @param keepData Whether a created server outlives its deployment as a snapshot and refuses to be deleted. */
export function provideServer(
  scope: Construct,
  settings: ServerSettings,
  database: DatabaseSettings,
  network: Network,
  keepData: boolean,
): Server {
  return settings.kind === 'created'
    ? createServer(scope, settings, database, network, keepData)
    : importServer(scope, settings, network);
}
