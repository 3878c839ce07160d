/** Amplify Data on SQL: the opt-in part of an environment. Types only. What it is and what it is not: docs/sql-data-source.md. */
import type { ExistingSecurityGroup } from './network-settings.js';

/**
 * Models and queries that a function of Amplify's own answers from the database, without code of ours. It signs in with a
 * password: it knows neither IAM tokens nor the caller. It goes to the existing proxy, or where there is none to the database
 * itself, because a proxy that this backend makes admits IAM alone.
 */
export interface SqlDataSourceSettings {
  /**
   * The complete ARN, with its six-character suffix, of the Secrets Manager secret with `host`, `port`, `username`, `password`
   * and `dbname` of the role that src/database/sql-data-source.sql makes. Read by `npm run sql:secret` alone, which copies it
   * to where Amplify looks; no deployment reads it.
   * Find it: `aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"`
   */
  readonly secretArn: string;
  /**
   * A security group that a network team has made, for the function and for the VPC endpoint through which it reads its
   * secrets. @default - one is made
   */
  readonly securityGroup?: ExistingSecurityGroup;
}
