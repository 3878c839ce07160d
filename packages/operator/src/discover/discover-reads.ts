/** What `vpc-postgres discover` asks of AWS: nothing else, and all of it reads. */
import type { ReadName } from '../aws/reads.js';

export const DISCOVER_READS = [
  'sts:GetCallerIdentity',
  'ec2:DescribeVpcs',
  'ec2:DescribeSubnets',
  'ec2:DescribeRouteTables',
  'rds:DescribeDBProxies',
  'rds:DescribeDBProxyTargets',
  'rds:DescribeDBInstances',
  'rds:DescribeDBClusters',
  'secretsmanager:ListSecrets',
] as const satisfies readonly ReadName[];

export type DiscoverReads = (typeof DISCOVER_READS)[number];
