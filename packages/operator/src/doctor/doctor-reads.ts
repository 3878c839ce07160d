/** What the doctor asks of AWS. Its IAM policy is made of this list. */

import { STACK_READS } from '../aws/amplify-stack.js';
import type { Reader } from '../aws/reader.js';
import type { ReadName } from '../aws/reads.js';

export const DOCTOR_READS = [
  ...STACK_READS,
  'sts:GetCallerIdentity',
  'ssm:GetParameter',
  'ec2:DescribeRegions',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeVpcs',
  'ec2:DescribeVpcAttribute',
  'ec2:DescribeSubnets',
  'ec2:DescribeRouteTables',
  'ec2:DescribeNetworkAcls',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeVpcEndpoints',
  'ec2:DescribeNatGateways',
  'ec2:DescribeNetworkInterfaces',
  'rds:DescribeDBProxies',
  'rds:DescribeDBProxyTargetGroups',
  'rds:DescribeDBProxyTargets',
  'rds:DescribeDBInstances',
  'rds:DescribeDBClusters',
  'rds:DescribeDBParameters',
  'rds:DescribeDBClusterParameters',
  'rds:DescribeCertificates',
  'secretsmanager:DescribeSecret',
  'lambda:GetAccountSettings',
  'lambda:GetFunctionConfiguration',
  'lambda:GetFunctionConcurrency',
  'iam:SimulatePrincipalPolicy',
  'cloudwatch:DescribeAlarms',
  'servicequotas:GetServiceQuota',
] as const satisfies readonly ReadName[];

export type DoctorRead = (typeof DOCTOR_READS)[number];

export type AccountReader = Reader<DoctorRead>;
