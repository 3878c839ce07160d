/** Where the functions find the database, and how they are let in: through a proxy, or directly. */
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DatabaseSettings } from '../configuration/database-settings.js';
import type { Network } from '../network/network.js';
import { importProxy } from './existing-proxy.js';
import { createProxy } from './new-proxy.js';
import { provideServer, type Server, type ServerIdentifier } from './server.js';

export interface Database {
  readonly name: string;
  /** The one user that functions connect as. */
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** Where statements that only read may go, if there is such an endpoint. */
  readonly readOnlyHost?: string;
  /**
   * Who signs the server's certificate. RDS Proxy's comes from Amazon's public authorities, which Node.js knows; a
   * database's comes from RDS's own.
   */
  readonly certificateAuthority: 'public' | 'rds';
  /** How many connections it admits to the functions, if that is known. */
  readonly admittedConnections: number | undefined;
  /** The proxy's name, which its metrics carry. Absent without a proxy. */
  readonly proxyName?: string;
  /** The server behind it, if that is known. */
  readonly serverIdentifier?: ServerIdentifier;
  /** The right to connect, as `user` and no other. */
  grantConnect(grantee: IGrantable): void;
}

/**
 * @param scope The stack that owns the network and the database.
 * @param keepData Whether a created server outlives its deployment.
 */
export function provideDatabase(
  scope: Construct,
  settings: DatabaseSettings,
  network: Network,
  keepData: boolean,
): Database {
  if (settings.proxy.kind === 'existing') return importProxy(scope, settings, settings.proxy, network);
  // The schema demands a server wherever there is no proxy yet.
  if (settings.server === undefined) throw new Error('A database without a proxy that exists needs a server.');
  const server = provideServer(scope, settings.server, settings, network, keepData);
  return settings.proxy.kind === 'new'
    ? createProxy(scope, settings, settings.proxy, server, network)
    : connectDirectly(settings, server, network);
}

function connectDirectly(
  { name, user }: DatabaseSettings,
  server: Server,
  { rules, functionGroup }: Network,
): Database {
  if (server.host === undefined) throw new Error('A database without a proxy needs its endpoint.');
  rules.allow(functionGroup, server.group, server.port, 'Functions to PostgreSQL');
  return {
    name,
    user,
    host: server.host,
    port: server.port,
    certificateAuthority: 'rds',
    admittedConnections: server.maxConnections,
    serverIdentifier: server.identifier,
    grantConnect: (grantee) => server.grantConnect(grantee, user),
  };
}
