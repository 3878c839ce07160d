/** Each field of a database in words, for messages. */
import type { FieldGuides } from './field-guide.js';
import { securityGroupFields } from './network-fields.js';

const FIND_PROXIES = 'run aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,DBProxyArn,Endpoint]"';
const FIND_SECRETS = 'run aws secretsmanager list-secrets --query "SecretList[].[Name,ARN,KmsKeyId]"';
const FIND_INSTANCES =
  'run aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,DbiResourceId,Endpoint]"';
const FIND_CLUSTERS =
  'run aws rds describe-db-clusters --query "DBClusters[].[DBClusterIdentifier,DbClusterResourceId,Endpoint]"';
const PROXY_ENDPOINT =
  'the host name that RDS gave the proxy, ….proxy-….<region>.rds.amazonaws.com, without scheme and port';
const LEAVE_OUT = 'correct it, or leave it out';

export const DATABASE_FIELDS: FieldGuides = {
  database: { expected: 'an object with name, user and proxy', fix: 'compare with the environment `example`' },
  'database.name': {
    expected: 'the name of the PostgreSQL database: a letter or _, then letters, digits, _ or -, 63 at most',
    fix: 'list the databases with \\l in psql',
  },
  'database.user': {
    expected: 'one database user, no wildcard: a letter or _, then letters, digits, _ or -, 63 at most',
    fix: 'list the users with \\du in psql',
  },
  'database.migrator': {
    expected: 'the database user that migrates, no wildcard: a letter or _, then letters, digits, _ or -, 63 at most',
    fix: 'run src/database/bootstrap.sql, which makes migrator; or leave it out, and a deployment migrates nothing',
  },
  'database.proxy': {
    expected: "an object with kind: 'existing', 'new' or 'none'",
    fix: 'compare with the environment `example`',
  },
  'database.proxy.kind': { expected: "'existing', 'new' or 'none'", fix: 'choose one of the three' },
  'database.proxy.proxyArn': {
    expected: 'arn:aws:rds:<region>:<account>:db-proxy:prx-…, the proxy’s id and not its name',
    fix: FIND_PROXIES,
  },
  'database.proxy.endpoint': { expected: PROXY_ENDPOINT, fix: FIND_PROXIES },
  'database.proxy.readOnlyEndpoint': {
    expected: `for an existing proxy ${PROXY_ENDPOINT}; for a new one true or false`,
    fix: 'run aws rds describe-db-proxy-endpoints --query "DBProxyEndpoints[].[TargetRole,Endpoint]"',
  },
  'database.proxy.proxyName': { expected: 'the name of the proxy', fix: FIND_PROXIES },
  'database.proxy.maxDatabaseConnections': { expected: 'a whole number from 1 to 262143', fix: LEAVE_OUT },
  'database.proxy.auth': { expected: "{ kind: 'iam' } or { kind: 'secret', … }", fix: 'choose one of the two' },
  'database.proxy.auth.kind': { expected: "'iam' or 'secret'", fix: 'choose one of the two' },
  'database.proxy.auth.secretArn': {
    expected: 'the complete ARN of a secret, with its suffix of six characters',
    fix: FIND_SECRETS,
  },
  'database.proxy.auth.migratorSecretArn': {
    expected: 'the complete ARN of a secret, with its suffix of six characters',
    fix: FIND_SECRETS,
  },
  'database.proxy.auth.kmsKeyArn': { expected: 'arn:aws:kms:<region>:<account>:key/…', fix: FIND_SECRETS },
  'database.proxy.maxConnectionsPercent': { expected: 'a whole number from 1 to 100', fix: LEAVE_OUT },
  'database.proxy.borrowTimeoutSeconds': {
    expected: 'a whole number from 0 to 7, less than the 8 s that a function waits for a query',
    fix: LEAVE_OUT,
  },
  'database.proxy.idleClientTimeoutMinutes': { expected: 'a whole number from 1 to 480', fix: LEAVE_OUT },
  'database.server': {
    expected: "an object with kind: 'instance', 'cluster' or 'created'",
    fix: 'say which database the proxy is for',
  },
  'database.server.kind': { expected: "'instance', 'cluster' or 'created'", fix: 'choose one of the three' },
  'database.server.instanceIdentifier': {
    expected: 'the identifier of a DB instance: a letter, then letters, digits or -, 63 at most',
    fix: FIND_INSTANCES,
  },
  'database.server.clusterIdentifier': {
    expected: 'the identifier of an Aurora cluster: a letter, then letters, digits or -, 63 at most',
    fix: FIND_CLUSTERS,
  },
  'database.server.resourceId': {
    expected: 'db-… of an instance or cluster-… of a cluster, in capital letters and digits',
    fix: FIND_INSTANCES,
  },
  'database.server.endpoint': {
    expected: 'the host name that RDS gave the database, ….<region>.rds.amazonaws.com, without scheme and port',
    fix: FIND_INSTANCES,
  },
  'database.server.port': { expected: 'a whole number from 1150 to 65535', fix: LEAVE_OUT },
  'database.server.maxConnections': {
    expected: 'a whole number: for an existing server 1 to 262143, for a created one 20 to 5000',
    fix: 'run show max_connections in psql',
  },
  'database.server.instanceType': { expected: 'class and size without db., for example t4g.small', fix: LEAVE_OUT },
  'database.server.allocatedStorageGiB': { expected: 'a whole number from 20 to 65536', fix: LEAVE_OUT },
  'database.server.multiAz': { expected: 'true or false', fix: LEAVE_OUT },
  'database.server.backupRetentionDays': { expected: 'a whole number from 1 to 35', fix: LEAVE_OUT },
  ...securityGroupFields('database.proxy.securityGroup'),
  ...securityGroupFields('database.server.securityGroup'),
};
