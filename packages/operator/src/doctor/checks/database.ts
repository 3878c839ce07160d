/** Checks the database. */
import type { DBInstance } from '@aws-sdk/client-rds';
import { type Check, type CheckGroup, type Finding, findingsOr } from '../check.js';
import type { Facts } from '../facts.js';
import { type Database, databaseName, databaseOf, isDeployed, proxyOf, vpcOf } from '../resolve.js';
import { databaseCertificate, databaseRestart } from './database-upkeep.js';
import { secretKeys } from './secret-keys.js';

const PAGE = 'environments.md#database';

const exists: Check = {
  id: 'database',
  title: 'Database',
  breaks: 'There is nothing to connect to.',
  page: 'runbook.md#proxy-availability',
  run(facts) {
    const database = databaseOf(facts);
    if (database === undefined) return missing(facts);
    const { cluster, instances } = database;
    const parts = [
      ...(cluster === undefined ? [] : [{ name: cluster.DBClusterIdentifier, status: cluster.Status }]),
      ...instances.map((one) => ({ name: one.DBInstanceIdentifier, status: one.DBInstanceStatus })),
    ];
    const findings = parts.flatMap(({ name, status }) => checkStatus(name, status, cluster !== undefined));
    return findingsOr(findings, parts.map(({ name, status }) => `${name} ${status}`).join(', '));
  },
};

function missing(facts: Facts): ReturnType<Check['run']> {
  const { server } = facts.environment.database;
  // Of somebody else's proxy the targets are all that is known.
  if (server === undefined) return undefined;
  if (server.kind === 'new' && !isDeployed(facts)) return 'the deployment makes one';
  const [name, command] =
    server.kind === 'cluster'
      ? [server.clusterIdentifier, 'describe-db-clusters --query "DBClusters[].DBClusterIdentifier"']
      : [
          server.kind === 'instance' ? server.instanceIdentifier : 'of the deployment',
          'describe-db-instances --query "DBInstances[].DBInstanceIdentifier"',
        ];
  return [{ problem: `There is no database ${name} in ${facts.environment.region}.`, fix: `aws rds ${command}` }];
}

/** Serving goes on meanwhile. */
const BUSY = /^(backing-up|modifying|maintenance|upgrading|configuring-|storage-optimization|resetting-|rebooting)/;

function checkStatus(name: string | undefined, status: string | undefined, isCluster: boolean): Finding[] {
  if (status === 'available') return [];
  if (status === 'stopped') {
    const fix = isCluster
      ? `aws rds start-db-cluster --db-cluster-identifier ${name}`
      : `aws rds start-db-instance --db-instance-identifier ${name}`;
    return [{ problem: `${name} is stopped.`, fix }];
  }
  const problem = `${name} is ${status}.`;
  const fix = 'aws rds describe-events --source-type db-instance --duration 60';
  return [{ problem, fix, ...(BUSY.test(status ?? '') && { severity: 'warning' as const }) }];
}

function ofDatabase(run: (database: Database, facts: Facts) => ReturnType<Check['run']>): Check['run'] {
  return (facts) => {
    const database = databaseOf(facts);
    return database === undefined ? undefined : run(database, facts);
  };
}

/** The oldest that is tested, and that RDS supports without a surcharge. */
const LEAST_MAJOR_VERSION = 14;

const version: Check = {
  id: 'database-version',
  title: 'Engine and version',
  breaks: 'An older version has what the functions send differently, and RDS charges for Extended Support.',
  page: 'deploy.md#a-database-that-exists',
  run: ofDatabase(({ cluster, instances }) => {
    const engine = cluster?.Engine ?? instances[0]?.Engine ?? '';
    const number = cluster?.EngineVersion ?? instances[0]?.EngineVersion ?? '';
    return findingsOr(
      [
        !/^(aurora-)?postgres(ql)?$/.test(engine) && {
          problem: `The database is ${engine}, and PostgreSQL is needed.`,
          fix: 'Name a PostgreSQL database in amplify/environments.ts',
        },
        Number.parseInt(number, 10) < LEAST_MAJOR_VERSION && {
          problem: `The database has PostgreSQL ${number}, which is older than ${LEAST_MAJOR_VERSION}.`,
          fix: 'aws rds describe-db-engine-versions --engine postgres --query "DBEngineVersions[].EngineVersion", and upgrade',
          severity: 'warning' as const,
        },
      ],
      `${engine} ${number}`,
    );
  }),
};

const inVpc: Check = {
  id: 'database-vpc',
  title: "Database's VPC",
  breaks: 'A proxy reaches a database of its own VPC alone, and functions without a proxy find no way.',
  page: PAGE,
  run: ofDatabase((database, facts) => {
    const id = database.instances[0]?.DBSubnetGroup?.VpcId;
    const expected = proxyOf(facts)?.VpcId ?? vpcOf(facts)?.VpcId;
    if (id === undefined || expected === undefined) return undefined;
    const elsewhere = id !== expected && {
      problem: `${databaseName(database)} is in ${id}, and ${proxyOf(facts) === undefined ? 'the functions are' : 'the proxy is'} in ${expected}.`,
      fix: 'Name a database of the same VPC in amplify/environments.ts',
    };
    return findingsOr([elsewhere], id);
  }),
};

const encryption: Check = {
  id: 'database-encryption',
  title: 'Encrypted at rest',
  breaks: 'Snapshots and backups can be read by everybody who gets hold of the storage.',
  page: 'security.md#secrets',
  run: ofDatabase(({ cluster, instances }) => {
    const parts: readonly { readonly StorageEncrypted?: boolean | undefined }[] =
      cluster === undefined ? instances : [cluster];
    const isOff = parts.some(({ StorageEncrypted }) => StorageEncrypted !== true);
    const off = isOff && {
      problem: 'The storage of the database is not encrypted.',
      fix: 'It cannot be switched on: copy a snapshot with --kms-key-id, restore it, and name the new database',
    };
    return findingsOr([off], 'yes');
  }),
};

const isPrivate: Check = {
  id: 'database-private',
  title: 'Not public',
  breaks: 'The name of the database leads to a public address, and one rule is all that keeps the internet out.',
  page: 'security.md#permissions-and-network',
  run: ofDatabase(({ instances }) => {
    const findings = instances
      .filter(({ PubliclyAccessible }) => PubliclyAccessible === true)
      .map(
        ({ DBInstanceIdentifier }): Finding => ({
          problem: `${DBInstanceIdentifier} is publicly accessible.`,
          fix: `aws rds modify-db-instance --db-instance-identifier ${DBInstanceIdentifier} --no-publicly-accessible --apply-immediately`,
        }),
      );
    return findingsOr(findings, 'yes');
  }),
};

const iam: Check = {
  id: 'database-iam',
  title: 'IAM authentication',
  breaks: 'The database rejects tokens: "PAM authentication failed", or a target with AUTH_FAILURE.',
  page: 'troubleshooting.md#password-authentication-failed-or-pam-authentication-failed-at-the-database',
  run: ofDatabase((database, facts) => {
    const usesTokens =
      facts.environment.database.proxy.kind === 'none' || proxyOf(facts)?.DefaultAuthScheme === 'IAM_AUTH';
    const { cluster, instances } = database;
    const isOn = cluster?.IAMDatabaseAuthenticationEnabled ?? instances[0]?.IAMDatabaseAuthenticationEnabled === true;
    if (!usesTokens) return `${isOn ? 'on' : 'off'}; not needed, the proxy logs in with passwords`;
    const command =
      cluster === undefined
        ? `modify-db-instance --db-instance-identifier ${databaseName(database)}`
        : `modify-db-cluster --db-cluster-identifier ${databaseName(database)}`;
    const off = !isOn && {
      problem: `${databaseName(database)} does not accept IAM tokens.`,
      fix: `aws rds ${command} --enable-iam-database-authentication --apply-immediately`,
    };
    const small = hasLittleMemory(instances) && {
      problem: `IAM authentication takes 300 to 1000 MiB of memory, and ${instances[0]?.DBInstanceClass} has 1 GiB.`,
      fix: 'Choose a larger class, for example db.t4g.small',
      severity: 'warning' as const,
    };
    return findingsOr([off, small], 'on');
  }),
};

function hasLittleMemory(instances: readonly DBInstance[]): boolean {
  return instances.some(({ DBInstanceClass = '' }) => /\.(nano|micro)$/.test(DBInstanceClass));
}

export const databaseChecks: CheckGroup = {
  title: 'Database',
  checks: [exists, version, inVpc, encryption, isPrivate, iam, secretKeys, databaseCertificate, databaseRestart],
};
