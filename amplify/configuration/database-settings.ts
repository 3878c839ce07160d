/** Which PostgreSQL the functions use and how they get to it: the database part of an environment. Types only. */
import type { ExistingSecurityGroup } from './network-settings.js';

/** Either a proxy that exists, or a server and the way to it. */
export type DatabaseSettings = DatabaseIdentity &
  (
    | { readonly proxy: ExistingProxySettings; readonly server?: never }
    | { readonly proxy: NewProxySettings | NoProxySettings; readonly server: ServerSettings }
  );

export interface DatabaseIdentity {
  /** The name of the PostgreSQL database, 1 to 63 characters. Find it: `\l` in psql. */
  readonly name: string;
  /**
   * The one database user that the functions may connect as, 1 to 63 characters, case-sensitive. Not the master user: a
   * user that owns nothing and holds only the rights that the application needs. Find it: `\du` in psql.
   */
  readonly user: string;
  /**
   * The database user that runs the migrations during a deployment, 1 to 63 characters, case-sensitive:
   * `src/database/bootstrap.sql` makes it, as `migrator`. Name it once that has been run; a deployment that cannot log in
   * as it fails. The proxy must know it as it knows `user`.
   * @default - a deployment migrates nothing
   */
  readonly migrator?: string;
}

/** An RDS Proxy that somebody else owns. It must accept IAM authentication for `database.user` and `database.migrator`. */
export interface ExistingProxySettings {
  readonly kind: 'existing';
  /**
   * The ARN of the proxy, with its generated id: `arn:aws:rds:<region>:<account>:db-proxy:prx-…`. The right to connect
   * is granted on that id, so the proxy's name is not enough.
   * Find it: `aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,DBProxyArn]"`
   */
  readonly proxyArn: string;
  /**
   * The host name of the proxy's endpoint, without scheme and port, ending in `.rds.amazonaws.com`. Not an alias of your
   * own: an IAM token signed for another name is refused.
   * Find it: `aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,Endpoint]"`
   */
  readonly endpoint: string;
  /** The host name of its read-only endpoint, if it has one. @default - none */
  readonly readOnlyEndpoint?: string;
  /**
   * The security group of the proxy. It needs one rule: TCP 5432 from the functions' group.
   * Find it: `aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,VpcSecurityGroupIds]"`
   */
  readonly securityGroup: ExistingSecurityGroup;
  /**
   * The proxy's name, which CloudWatch's metrics carry. @default - the first part of the endpoint, which is the name
   */
  readonly proxyName?: string;
  /**
   * How many database connections the proxy opens at most: CloudWatch's MaxDatabaseConnectionsAllowed. 1 to 262143.
   * @default - unknown, and the guardrail `connection-limit` judges nothing
   */
  readonly maxDatabaseConnections?: number;
}

/**
 * An RDS Proxy that this backend makes in front of `server`. Costs about 22 USD a month for two vCPUs.
 * @see https://aws.amazon.com/rds/proxy/pricing/
 */
export interface NewProxySettings {
  readonly kind: 'new';
  /** How the proxy logs in to the database. Clients always need TLS and an IAM token. */
  readonly auth: ProxyAuthSettings;
  /** A security group for the proxy that a network team has made. @default - one is made */
  readonly securityGroup?: ExistingSecurityGroup;
  /**
   * A second endpoint, for statements that only read, which the proxy sends to Aurora's readers. Clusters only.
   * @default false
   */
  readonly readOnlyEndpoint?: boolean;
  /**
   * The share of the database's connections that the proxy may use. Leave 30 or more to others: migrations, psql, the
   * proxies of other environments. 1 to 100.
   * @default 70
   */
  readonly maxConnectionsPercent?: number;
  /**
   * How long a query waits for a database connection before it fails. Less than the 8 s after which a function gives up
   * on a query, so that a full database shows as the proxy's error and not as a time-out. 0 to 7.
   * @default 5
   */
  readonly borrowTimeoutSeconds?: number;
  /**
   * After how much silence the proxy closes a client's connection. Lambda freezes functions without closing anything, and
   * their connections count until then. More than the 30 s after which a function closes its own. 1 to 480.
   * @default 5
   */
  readonly idleClientTimeoutMinutes?: number;
}

export type ProxyAuthSettings =
  | {
      /**
       * IAM end to end: the proxy signs in with a token too, and there is no database password anywhere. The database
       * user holds `rds_iam`, and the server has IAM authentication enabled, which takes 300 to 1000 MiB of its memory.
       */
      readonly kind: 'iam';
    }
  | {
      /** The proxy logs in with the password of a Secrets Manager secret. The database user must not hold `rds_iam`. */
      readonly kind: 'secret';
      /**
       * The complete ARN, with its six-character suffix, of the secret that holds `username` and `password` of
       * `database.user`. Find it: `aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"`
       * @default - for a created server a secret is made; for an existing one it is required
       * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-secrets-arns.html
       */
      readonly secretArn?: string;
      /**
       * The same for `database.migrator`, if there is one.
       * @default - for a created server a secret is made; for an existing one it is required with `database.migrator`
       */
      readonly migratorSecretArn?: string;
      /** The KMS key of the secrets, if they have one of their own. @default - the key aws/secretsmanager */
      readonly kmsKeyArn?: string;
    };

/**
 * No proxy: each function environment holds a connection of the database itself. For small environments only, whose
 * concurrency is bounded by `limits.reservedConcurrency`. The database user holds `rds_iam`.
 */
export interface NoProxySettings {
  readonly kind: 'none';
}

export type ServerSettings = ExistingInstanceSettings | ExistingClusterSettings | CreatedServerSettings;

/** A PostgreSQL DB instance that exists. */
export interface ExistingInstanceSettings extends ExistingServerSettings {
  readonly kind: 'instance';
  /** Find it: `aws rds describe-db-instances --query "DBInstances[].DBInstanceIdentifier"` */
  readonly instanceIdentifier: string;
}

/** An Aurora PostgreSQL cluster that exists; connections go to its writer. */
export interface ExistingClusterSettings extends ExistingServerSettings {
  readonly kind: 'cluster';
  /** Find it: `aws rds describe-db-clusters --query "DBClusters[].DBClusterIdentifier"` */
  readonly clusterIdentifier: string;
}

export interface ExistingServerSettings {
  /**
   * The security group of the database. It needs one rule: its port from the proxy's group, or without a proxy from the
   * functions'.
   * Find it: `aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,VpcSecurityGroups]"`
   */
  readonly securityGroup: ExistingSecurityGroup;
  /**
   * The resource id, `db-…` of an instance or `cluster-…` of a cluster: IAM policies name the database by it. Needed where
   * something signs in to the database with IAM: `auth: { kind: 'iam' }`, or no proxy.
   * Find it: `aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,DbiResourceId]"`
   */
  readonly resourceId?: string;
  /**
   * The host name of the database, or of the cluster's writer. Needed without a proxy.
   * Find it: `aws rds describe-db-instances --query "DBInstances[].Endpoint.Address"`
   */
  readonly endpoint?: string;
  /** The port of the database. 1150 to 65535. @default 5432 */
  readonly port?: number;
  /**
   * How many connections the database admits: `show max_connections` in psql. 1 to 262143. Needed without a proxy.
   * @default - unknown, and the guardrail `connection-limit` judges nothing
   */
  readonly maxConnections?: number;
}

/**
 * A PostgreSQL 17 instance that this backend makes: encrypted, unreachable from the internet, TLS forced, IAM
 * authentication on, with backups and Performance Insights. What becomes of it with the deployment: `onDelete`.
 */
export interface CreatedServerSettings {
  readonly kind: 'created';
  /**
   * Class and size, without `db.`. IAM authentication needs more memory than a micro or nano has.
   * @default 't4g.small', about 24 USD a month in eu-west-1
   * @see https://aws.amazon.com/rds/postgresql/pricing/
   */
  readonly instanceType?: string;
  /** In GiB, 20 to 65536. It grows by itself up to four times this. @default 20 */
  readonly allocatedStorageGiB?: number;
  /** A second instance in another zone that takes over when the first fails, for twice the price. @default false */
  readonly multiAz?: boolean;
  /** How far back the database can be restored to any second, in days. 1 to 35. @default 7 */
  readonly backupRetentionDays?: number;
  /**
   * How many connections it admits. A connection takes about 10 MiB of memory. 20 to 5000.
   * @default 100
   */
  readonly maxConnections?: number;
}
