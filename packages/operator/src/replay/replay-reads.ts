/** What `vpc-postgres replay` asks of AWS: nothing else, and all of it reads. */
import { STACK_READS, type StackReads } from '../aws/amplify-stack.js';
import type { ReadName } from '../aws/reads.js';

const OF_THE_DATABASE = [
  'rds:DescribeDBProxies',
  'rds:DescribeDBProxyTargetGroups',
  'rds:DescribeDBProxyTargets',
  'rds:DescribeDBInstances',
  'rds:DescribeDBClusters',
  'rds:DescribeDBParameters',
  'rds:DescribeDBClusterParameters',
] as const satisfies readonly ReadName[];

export type ReplayReads = (typeof OF_THE_DATABASE)[number] | StackReads;

/** The stack is asked for where the deployment makes the proxy or the database. */
export const REPLAY_READS: readonly ReplayReads[] = [...OF_THE_DATABASE, ...STACK_READS];
