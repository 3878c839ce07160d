/** The database as the functions see it: where it is, and how they are let in. Types only. */
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { SecurityGroupRef } from '../network/security-group-rules.js';
import type { Bootstrap } from './bootstrap/bootstrap.js';
import type { ServerIdentifier } from './server.js';

/** Where a function connects to. */
export interface DatabaseEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /**
   * Who signs the server's certificate. RDS Proxy's comes from Amazon's public authorities, which Node.js knows; a
   * database's comes from RDS's own.
   */
  readonly certificateAuthority: 'public' | 'rds';
  /** The right to connect as one database user, and as no other. */
  grantConnect(grantee: IGrantable, user: string): void;
}

export interface Database extends DatabaseEndpoint {
  /** How many connections it admits to the functions, if that is known. */
  readonly admittedConnections: number | undefined;
  /** The proxy's name, which its metrics carry. Absent without a proxy. */
  readonly proxyName?: string;
  /** The server behind it, if that is known. */
  readonly serverIdentifier?: ServerIdentifier;
  /** Where a client with a password is let in. A proxy that is made here admits IAM alone, so there it is the server. */
  readonly passwordLogin: { readonly group: SecurityGroupRef; readonly port: number };
  /** The step of the deployment that prepares the server, where there is one. */
  readonly bootstrap?: Bootstrap | undefined;
}
