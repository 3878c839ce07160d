/** A PostgreSQL server as the rest of the backend sees it, created here or not. Types only. */
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ProxyTarget } from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { SecurityGroupRef } from '../network/security-group-rules.js';

export type ServerIdentifier = { readonly instanceIdentifier: string } | { readonly clusterIdentifier: string };

export interface MasterUser {
  readonly username: string;
  /** Of the secret with the user's name and password. May be a token. */
  readonly secretArn: string;
  /** The secret's key, if it has one of its own. */
  readonly secretKmsKeyArn?: string;
}

export interface Server {
  /** The host name of the writer. An existing server tells it only where it is needed. */
  readonly host: string | undefined;
  readonly port: number;
  readonly group: SecurityGroupRef;
  readonly proxyTarget: ProxyTarget;
  /** CloudWatch's name for it. May be a token. */
  readonly identifier: ServerIdentifier;
  /** How many connections it admits, if that is known. */
  readonly maxConnections: number | undefined;
  /** Permits a role to log in with IAM as one database user, and as no other. */
  grantConnect(grantee: IGrantable, user: string): void;
  /** The user who may create roles. Absent where the deployment is not told its secret: somebody prepares the server by hand. */
  readonly masterUser?: MasterUser;
  /** The secrets with names and passwords of the database users, where the server brings them. */
  readonly userSecrets?: readonly ISecret[];
}
