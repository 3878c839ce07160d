/** What can be wrong with the database. */
import { StopDBClusterCommand, StopDBInstanceCommand } from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type Breakage, CLUSTER, CREATED, DIRECT, ENDPOINTS, EXISTING, inAnswerOf } from './breakage.js';

export const DATABASE_BREAKAGES: readonly Breakage[] = [
  ...([EXISTING, DIRECT, CREATED] as const).map(
    (shape): Breakage => ({
      name: 'a stopped instance',
      shape,
      change: ({ rds }) => rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: 'orders-db' })),
      check: 'database',
      problem: /orders-db is stopped/,
      fix: /^aws rds start-db-instance --db-instance-identifier orders-db$/,
    }),
  ),
  {
    name: 'a stopped cluster',
    shape: CLUSTER,
    change: ({ rds }) => rds.send(new StopDBClusterCommand({ DBClusterIdentifier: 'orders-cluster' })),
    check: 'database',
    problem: /orders-(cluster|db) is stopped/,
    fix: /^aws rds start-db-cluster --db-cluster-identifier orders-/,
  },
  {
    name: 'a database that does not exist',
    shape: ENDPOINTS,
    recipe: {
      environment: (environment) =>
        ({
          ...environment,
          database: {
            ...environment.database,
            server: { ...environment.database.server, instanceIdentifier: 'other' },
          },
        }) as Environment,
    },
    check: 'database',
    problem: /There is no database other in eu-west-1/,
    fix: /describe-db-instances/,
  },
  {
    name: 'an old version',
    shape: EXISTING,
    recipe: { instanceInput: { EngineVersion: '12.19' } },
    check: 'database-version',
    severity: 'warning',
    problem: /PostgreSQL 12\.19, which is older than 14/,
    fix: /describe-db-engine-versions/,
  },
  {
    name: 'a database in another VPC than its proxy',
    shape: EXISTING,
    rewrite: inAnswerOf('DescribeDBInstances', /<VpcId>vpc-\w+/g, '<VpcId>vpc-0123456789abcdef0'),
    check: 'database-vpc',
    problem: /orders-db is in vpc-0123456789abcdef0, and the proxy is in vpc-/,
    fix: /same VPC/,
  },
  ...([EXISTING, DIRECT] as const).map(
    (shape): Breakage => ({
      name: 'an instance that is not encrypted',
      shape,
      recipe: { instanceInput: { StorageEncrypted: false } },
      check: 'database-encryption',
      problem: /not encrypted/,
      fix: /--kms-key-id/,
    }),
  ),
  {
    name: 'a cluster that is not encrypted',
    shape: CLUSTER,
    recipe: { clusterInput: { StorageEncrypted: false } },
    check: 'database-encryption',
    problem: /not encrypted/,
    fix: /--kms-key-id/,
  },
  ...([EXISTING, CLUSTER, DIRECT] as const).map(
    (shape): Breakage => ({
      name: 'a public instance',
      shape,
      recipe: { instanceInput: { PubliclyAccessible: true } },
      check: 'database-private',
      problem: /orders-db is publicly accessible/,
      fix: /--no-publicly-accessible/,
    }),
  ),
  ...([DIRECT, CREATED] as const).map(
    (shape): Breakage => ({
      name: 'an instance that takes no tokens',
      shape,
      recipe: { instanceInput: { EnableIAMDatabaseAuthentication: false } },
      check: 'database-iam',
      problem: /orders-db does not accept IAM tokens/,
      fix: /modify-db-instance .*--enable-iam-database-authentication/,
    }),
  ),
  {
    name: 'a cluster that takes no tokens',
    shape: CLUSTER,
    recipe: { clusterInput: { EnableIAMDatabaseAuthentication: false } },
    check: 'database-iam',
    problem: /orders-cluster does not accept IAM tokens/,
    fix: /modify-db-cluster .*--enable-iam-database-authentication/,
  },
  {
    name: 'too little memory for tokens',
    shape: DIRECT,
    recipe: { instanceInput: { DBInstanceClass: 'db.t4g.micro' } },
    check: 'database-iam',
    severity: 'warning',
    problem: /300 to 1000 MiB of memory, and db\.t4g\.micro/,
    fix: /larger class/,
  },
  {
    name: 'a certificate authority that has expired',
    shape: EXISTING,
    standIns: { certificateValidTill: '2024-08-22T17:08:50Z' },
    check: 'database-certificate',
    problem: /expired on 2024-08-22/,
    fix: /--ca-certificate-identifier rds-ca-rsa2048-g1/,
  },
  {
    name: 'a certificate authority that expires soon',
    shape: CREATED,
    standIns: { certificateValidTill: '2026-12-20T00:00:00Z' },
    check: 'database-certificate',
    severity: 'warning',
    problem: /expires on 2026-12-20/,
    fix: /--ca-certificate-identifier/,
  },
  {
    name: 'a parameter that waits for a restart',
    shape: DIRECT,
    rewrite: inAnswerOf('DescribeDBInstances', /<ParameterApplyStatus>[\w-]+/g, '<ParameterApplyStatus>pending-reboot'),
    check: 'database-restart',
    severity: 'warning',
    problem: /orders-db needs a restart for orders-parameters/,
    fix: /^aws rds reboot-db-instance --db-instance-identifier orders-db$/,
  },
];
