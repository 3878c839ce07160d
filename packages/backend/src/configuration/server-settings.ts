/** Describes the PostgreSQL server that a proxy or the functions connect to: the server of a database. */
import { z } from 'zod/v4';
import type { Check } from './configuration-error.js';
import {
  existingSecurityGroup,
  kmsKeyArn,
  LEAVE_OUT,
  oneKindOf,
  type Settings,
  secretArn,
  text,
  trueOrFalse,
  wholeNumber,
} from './fields.js';

/** The largest `max_connections` of PostgreSQL, and of RDS. */
export const MAX_CONNECTIONS = 262_143;

const FIND_INSTANCES =
  'run aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,DbiResourceId,Endpoint]"';
const FIND_CLUSTERS =
  'run aws rds describe-db-clusters --query "DBClusters[].[DBClusterIdentifier,DbClusterResourceId,Endpoint]"';
const SHOW_CONNECTIONS = 'run show max_connections in psql';

/** Several kinds of server have a field of this name. */
const CONNECTIONS = {
  expected: `a whole number: for an existing server 1 to ${MAX_CONNECTIONS}, for a created one 20 to 5000`,
  fix: SHOW_CONNECTIONS,
};

function identifier(what: string, fix: string) {
  const expected = `the identifier of ${what}: a letter, then letters, digits or -, 63 at most`;
  return text(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, { expected, fix });
}

function existingServer(resourceId: RegExp) {
  return {
    /**
     * The resource id, `db-…` of an instance or `cluster-…` of a cluster, which IAM policies name. Needed where
     * something signs in to the database with IAM: `auth: { kind: 'iam' }`, or no proxy.
     */
    resourceId: text(resourceId, {
      expected: "db-… where kind is 'instance', cluster-… where it is 'cluster', in capital letters and digits",
      fix: `${FIND_INSTANCES}; for a cluster ${FIND_CLUSTERS}`,
    }).optional(),
    /**
     * The database's security group. It needs one rule: its port from the proxy's group, without a proxy from the functions'.
     * Find it: `aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,VpcSecurityGroups]"`
     */
    securityGroup: existingSecurityGroup,
    /** The host name of the database, or of the cluster's writer. Needed without a proxy. */
    endpoint: text(/^[a-z][a-z0-9-]*\.([a-z0-9-]+\.)+rds\.amazonaws\.com(\.cn)?$/, {
      expected: 'the host name that RDS gave the database, ….<region>.rds.amazonaws.com, without scheme and port',
      fix: FIND_INSTANCES,
    }).optional(),
    /** The port of the database. 1150 to 65535. @default 5432 */
    port: wholeNumber(1150, 65_535).optional(),
    /**
     * How many connections the database admits: `show max_connections` in psql. 1 to 262143. Needed without a proxy.
     * @default - unknown, and the guardrail `connection-limit` checks nothing
     */
    maxConnections: wholeNumber(1, MAX_CONNECTIONS, CONNECTIONS).optional(),
    /**
     * The complete ARN of the secret with `username` and `password` of the master user, as RDS makes it. With it each
     * deployment makes the database and its users, where they are missing; `endpoint` is needed then. Roles belong to the
     * whole server: environments that share it log in in the same way, all with IAM or all with passwords.
     * @default - somebody runs packages/lambda/src/database/bootstrap.sql by hand (docs/bootstrap-by-hand.md)
     */
    masterSecretArn: secretArn.optional(),
    /** The KMS key of that secret, if it has one of its own. @default - the key aws/secretsmanager */
    masterSecretKmsKeyArn: kmsKeyArn.optional(),
    /** The name of the master user, as in the secret. 1 to 63 characters. @default 'postgres' */
    masterUsername: text(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, {
      expected: 'the name of the master user: a letter, then letters, digits or _, 63 at most',
      fix: 'run aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,MasterUsername,MasterUserSecret]"',
    }).optional(),
  };
}

export type ExistingInstanceSettings = Settings<typeof existingInstance>;
const existingInstance = z.strictObject({
  /** A PostgreSQL DB instance that exists. */
  kind: z.literal('instance'),
  /** Its identifier, 1 to 63 characters; not its ARN. */
  instanceIdentifier: identifier('a DB instance', FIND_INSTANCES),
  ...existingServer(/^db-[A-Z0-9]{8,64}$/),
});

export type ExistingClusterSettings = Settings<typeof existingCluster>;
const existingCluster = z.strictObject({
  /** An Aurora PostgreSQL cluster that exists; connections go to its writer. */
  kind: z.literal('cluster'),
  /** Its identifier, 1 to 63 characters; not its ARN. */
  clusterIdentifier: identifier('an Aurora cluster', FIND_CLUSTERS),
  ...existingServer(/^cluster-[A-Z0-9]{8,64}$/),
});

/** What a created server is where an environment does not say. */
export const NEW_SERVER_DEFAULTS = {
  instanceType: 't4g.small',
  allocatedStorageGiB: 20,
  multiAz: false,
  backupRetentionDays: 7,
  maxConnections: 100,
} as const;

export type NewServerSettings = Settings<typeof newServer>;
const newServer = z.strictObject({
  /**
   * A PostgreSQL 17 instance that this backend creates: encrypted, unreachable from the internet, TLS and IAM
   * authentication on, with backups and Performance Insights. `removalPolicy` says what its deletion leaves.
   */
  kind: z.literal('new'),
  /**
   * Class and size, without `db.`; `small` or larger, for IAM authentication takes memory.
   * @default 't4g.small', about 23 USD a month in us-east-1 @see https://aws.amazon.com/rds/postgresql/pricing/
   */
  instanceType: text(/^[a-z][a-z0-9]*\.([a-z]+|\d*xlarge)$/, {
    expected: 'class and size without db., for example t4g.small',
    fix: LEAVE_OUT,
  }).optional(),
  /** In GiB, 20 to 65536, RDS's most. It grows by itself up to four times this, within that. @default 20 */
  allocatedStorageGiB: wholeNumber(20, 65_536).optional(),
  /** A second instance in another zone that takes over when the first fails, for twice the price. @default false */
  multiAz: trueOrFalse.optional(),
  /** How far back the database can be restored to any second, in days. 1 to 35. @default 7 */
  backupRetentionDays: wholeNumber(1, 35).optional(),
  /**
   * How many connections it admits. A connection takes about 10 MiB of memory. 20 to 5000. A change restarts the
   * database during the deployment: a minute without it. @default 100
   */
  maxConnections: wholeNumber(20, 5000, CONNECTIONS).optional(),
  /**
   * Whether RDS refuses to delete the database. Set it once the first deployment has succeeded: before, CloudFormation
   * could not roll a failed one back. Take it away, and deploy, before you delete the branch. @default false
   */
  deletionProtection: trueOrFalse.optional(),
});

export type ServerSettings = Settings<typeof serverSchema>;
export const serverSchema = oneKindOf(
  [existingInstance, existingCluster, newServer],
  'say which database the proxy is for',
);

/** Checks that IAM authentication, which takes 300 to 1000 MiB, leaves a created server memory. */
export function checkNewServer({ instanceType = '' }: NewServerSettings): Check {
  return (
    /\.(nano|micro)$/.test(instanceType) && {
      path: 'database.server.instanceType',
      expected: 'small or larger: IAM authentication alone takes 300 to 1000 MiB of memory',
      fix: 'choose for example t4g.small',
    }
  );
}

/** Whether each deployment makes the database and its users. */
export function isBootstrapped(server: ServerSettings | undefined): boolean {
  return server?.kind === 'new' || server?.masterSecretArn !== undefined;
}

/** Checks that the deployment can reach an existing server as its master user, where the environment names that user's secret. */
export function checkMasterUser(server: ServerSettings): Check[] {
  if (server.kind === 'new') return [];
  if (server.masterSecretArn !== undefined) {
    return checkPresence(server, ['endpoint'], 'the master user connects to the database itself, past the proxy');
  }
  return (['masterSecretKmsKeyArn', 'masterUsername'] as const).map(
    (field) =>
      server[field] !== undefined && {
        path: `database.server.${field}`,
        expected: 'nothing without masterSecretArn',
        fix: 'remove it, or name the master user’s secret',
      },
  );
}

/** Checks that a server that exists has the fields that something else in the environment needs. */
export function checkPresence(
  server: ServerSettings,
  fields: readonly ('resourceId' | 'endpoint' | 'maxConnections')[],
  reason: string,
): Check[] {
  if (server.kind === 'new') return [];
  const command = server.kind === 'instance' ? FIND_INSTANCES : FIND_CLUSTERS;
  return fields.map(
    (field) =>
      server[field] === undefined && {
        path: `database.server.${field}`,
        expected: `a value, because ${reason}`,
        fix: field === 'maxConnections' ? SHOW_CONNECTIONS : command,
      },
  );
}
