/**
 * The one list of what the operator tools ask of AWS. Each name is the service's IAM prefix and the operation, so it is also
 * the IAM action that permits it. All of them read; reader.ts calls nothing that is not here.
 */
import { DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import {
  DescribeAvailabilityZonesCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRegionsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  DescribeCertificatesCommand,
  DescribeDBClusterParametersCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBParametersCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyTargetGroupsCommand,
  DescribeDBProxyTargetsCommand,
} from '@aws-sdk/client-rds';
import { DescribeSecretCommand, GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { list, MARKER, type ResultOf, single } from './read.js';

export const READS = {
  'sts:GetCallerIdentity': single(GetCallerIdentityCommand),
  /** Nothing else of Parameter Store: the other parameters can hold secrets. */
  'ssm:GetParameter': single(GetParameterCommand, 'ssm:*:*:parameter/cdk-bootstrap/*'),
  'cloudformation:DescribeStacks': list(DescribeStacksCommand, 'Stacks'),
  'cloudformation:ListStackResources': list(ListStackResourcesCommand, 'StackResourceSummaries'),
  'ec2:DescribeRegions': single(DescribeRegionsCommand),
  'ec2:DescribeAvailabilityZones': single(DescribeAvailabilityZonesCommand),
  'ec2:DescribeVpcs': list(DescribeVpcsCommand, 'Vpcs'),
  'ec2:DescribeVpcAttribute': single(DescribeVpcAttributeCommand),
  'ec2:DescribeSubnets': list(DescribeSubnetsCommand, 'Subnets'),
  'ec2:DescribeRouteTables': list(DescribeRouteTablesCommand, 'RouteTables'),
  'ec2:DescribeNetworkAcls': list(DescribeNetworkAclsCommand, 'NetworkAcls'),
  'ec2:DescribeSecurityGroups': list(DescribeSecurityGroupsCommand, 'SecurityGroups'),
  'ec2:DescribeVpcEndpoints': list(DescribeVpcEndpointsCommand, 'VpcEndpoints'),
  'ec2:DescribeNatGateways': list(DescribeNatGatewaysCommand, 'NatGateways'),
  'ec2:DescribeNetworkInterfaces': list(DescribeNetworkInterfacesCommand, 'NetworkInterfaces'),
  'rds:DescribeDBProxies': list(DescribeDBProxiesCommand, 'DBProxies', MARKER),
  'rds:DescribeDBProxyTargetGroups': list(DescribeDBProxyTargetGroupsCommand, 'TargetGroups', MARKER),
  'rds:DescribeDBProxyTargets': list(DescribeDBProxyTargetsCommand, 'Targets', MARKER),
  'rds:DescribeDBInstances': list(DescribeDBInstancesCommand, 'DBInstances', MARKER),
  'rds:DescribeDBClusters': list(DescribeDBClustersCommand, 'DBClusters', MARKER),
  'rds:DescribeDBParameters': list(DescribeDBParametersCommand, 'Parameters', MARKER),
  'rds:DescribeDBClusterParameters': list(DescribeDBClusterParametersCommand, 'Parameters', MARKER),
  'rds:DescribeCertificates': list(DescribeCertificatesCommand, 'Certificates', MARKER),
  /** Never secretsmanager:GetSecretValue, which is in SECRET_READS. */
  'secretsmanager:DescribeSecret': single(DescribeSecretCommand),
  'secretsmanager:ListSecrets': list(ListSecretsCommand, 'SecretList'),
  'lambda:GetAccountSettings': single(GetAccountSettingsCommand),
  'lambda:GetFunctionConfiguration': single(GetFunctionConfigurationCommand),
  'lambda:GetFunctionConcurrency': single(GetFunctionConcurrencyCommand),
  'iam:SimulatePrincipalPolicy': list(SimulatePrincipalPolicyCommand, 'EvaluationResults', MARKER),
  'cloudwatch:DescribeAlarms': list(DescribeAlarmsCommand, 'MetricAlarms'),
  /** AWS charges for each page of the answer. */
  'ce:GetCostAndUsage': list(GetCostAndUsageCommand, 'ResultsByTime', {
    input: 'NextPageToken',
    output: 'NextPageToken',
  }),
  'servicequotas:GetServiceQuota': single(GetServiceQuotaCommand),
} as const;

/** What answers with the value of a secret. Reader.inspect() calls them, for a command that asks for it, and keeps no value. */
export const SECRET_READS = {
  'secretsmanager:GetSecretValue': single(GetSecretValueCommand),
  'ssm:GetParameter': single(GetParameterCommand),
} as const;

export type SecretReadName = keyof typeof SECRET_READS;
export type SecretInput<Name extends SecretReadName> = ConstructorParameters<(typeof SECRET_READS)[Name]['command']>[0];
export type SecretResult<Name extends SecretReadName> = ResultOf<(typeof SECRET_READS)[Name]>;

export type Reads = typeof READS;
export type ReadName = keyof Reads;
export type Input<Name extends ReadName> = ConstructorParameters<Reads[Name]['command']>[0];
export type Result<Name extends ReadName> = ResultOf<Reads[Name]>;

/** The operation's name in AWS's own words, such as `DescribeVpcs`. */
export function operationOf(name: ReadName): string {
  return name.slice(name.indexOf(':') + 1);
}
