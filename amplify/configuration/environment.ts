/** What an environment is: the types that environments.ts fills in and that the rest of amplify/ reads. Types only. */

/**
 * Stands in environments.ts where an adopter's own value belongs. Every deployment refuses it, naming each field that
 * still holds it.
 */
export const REPLACE_ME = 'REPLACE_ME';

/** Environments by name: `sandbox` for `npx ampx sandbox`, every other name for the branch of that name. */
export type Environments = Readonly<Record<string, Environment>>;

export interface Environment {
  /**
   * The AWS account that this environment is deployed to: 12 digits. A deployment with credentials of another account is
   * refused.
   * Find it: `aws sts get-caller-identity --query Account --output text`
   */
  readonly account: string;
  /**
   * The region of the VPC and the database, for example `eu-west-1`. A deployment to another region is refused.
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RegionsAndAvailabilityZones.html
   */
  readonly region: string;
  readonly network: NetworkSettings;
  readonly database: DatabaseSettings;
}

export interface NetworkSettings {
  /**
   * The existing VPC that the database is in: `vpc-` and 8 or 17 hexadecimal digits.
   * Find it: `aws ec2 describe-vpcs --query "Vpcs[].[VpcId,Tags]"`
   */
  readonly vpcId: string;
  /**
   * Where the function, and a new proxy, get their network interfaces: private subnets in at least two availability
   * zones. `isolated` has no route to the internet and is enough, because an IAM database token is signed offline.
   */
  readonly subnets: SubnetChoice;
}

/** Subnets of the VPC by what they can reach, or by their ids. */
export type SubnetChoice =
  | {
      /**
       * `isolated`: subnets whose route table has no route to the internet. `withEgress`: private subnets that reach
       * the internet through a NAT gateway or another appliance.
       * @see https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html#subnet-types
       */
      readonly type: 'isolated' | 'withEgress';
    }
  | {
      /**
       * Subnet ids, `subnet-` and 8 or 17 hexadecimal digits, in at least two availability zones.
       * Find them: `aws ec2 describe-subnets --filters Name=vpc-id,Values=<vpcId> --query
       * "Subnets[].[SubnetId,AvailabilityZone]"`
       */
      readonly ids: readonly string[];
    };

export interface DatabaseSettings {
  /** The name of the PostgreSQL database, 1 to 63 characters. Find it: `\l` in psql. */
  readonly name: string;
  /**
   * The one database user that the function may connect as, 1 to 63 characters, case-sensitive. Not the master user: a
   * user that owns nothing and holds only the rights that the application needs. Find it: `\du` in psql.
   */
  readonly user: string;
  readonly proxy: ProxySettings;
}

export type ProxySettings = ExistingProxySettings | NewProxySettings;

/** An RDS Proxy that somebody else owns. It must accept IAM authentication for `database.user`. */
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
  /**
   * The security group of the proxy. It gets one more rule: TCP 5432 from the function's group.
   * Find it: `aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,VpcSecurityGroupIds]"`
   */
  readonly securityGroupId: string;
}

/**
 * An RDS Proxy that this backend makes, in front of a database that exists. Costs about 22 USD a month for two vCPUs.
 * @see https://aws.amazon.com/rds/proxy/pricing/
 */
export interface NewProxySettings {
  readonly kind: 'new';
  /** The PostgreSQL database behind the proxy. It must listen on port 5432. */
  readonly target: ProxyTargetSettings;
  /**
   * The security group of the database. It gets one more rule: TCP 5432 from the proxy's group.
   * Find it: `aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,VpcSecurityGroups]"`
   */
  readonly databaseSecurityGroupId: string;
  /**
   * The complete ARN, with its six-character suffix, of the Secrets Manager secret that holds `username` and `password`
   * of `database.user`. The proxy reads it; the function never does. Encrypted with the key `aws/secretsmanager`.
   * Find it: `aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"`
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-secrets-arns.html
   */
  readonly secretArn: string;
}

export type ProxyTargetSettings =
  | {
      /** A PostgreSQL DB instance. */
      readonly kind: 'instance';
      /** Find it: `aws rds describe-db-instances --query "DBInstances[].DBInstanceIdentifier"` */
      readonly instanceIdentifier: string;
    }
  | {
      /** An Aurora PostgreSQL cluster; the proxy connects to its writer. */
      readonly kind: 'cluster';
      /** Find it: `aws rds describe-db-clusters --query "DBClusters[].DBClusterIdentifier"` */
      readonly clusterIdentifier: string;
    };
