/**
 * A healthy account as data, in the types that the AWS SDK ships for AWS's answers: for checks of what moto does not answer.
 * An existing proxy with two secrets before an instance, and one function that serves.
 */
import type { DescribeAlarmsCommandOutput } from '@aws-sdk/client-cloudwatch';
import type { GetFunctionConfigurationCommandOutput } from '@aws-sdk/client-lambda';
import type {
  DescribeCertificatesCommandOutput,
  DescribeDBInstancesCommandOutput,
  DescribeDBProxiesCommandOutput,
  DescribeDBProxyTargetGroupsCommandOutput,
  DescribeDBProxyTargetsCommandOutput,
} from '@aws-sdk/client-rds';
import { exampleEnvironment } from '@vpc-postgres/testing/support/environments.js';
import type { Facts } from '../../../src/doctor/facts.js';

const $metadata = {};
const VpcId = 'vpc-0a1b2c3d4e5f60718';
const arn = 'arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0123456789abcdef0';
const endpoint = 'orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com';

export const proxies = {
  $metadata,
  DBProxies: [
    {
      DBProxyName: 'app',
      DBProxyArn: arn,
      Status: 'available',
      EngineFamily: 'POSTGRESQL',
      VpcId,
      VpcSecurityGroupIds: ['sg-0d1e2f3a4b5c60798'],
      VpcSubnetIds: [],
      DefaultAuthScheme: 'NONE',
      Auth: [
        {
          AuthScheme: 'SECRETS',
          IAMAuth: 'REQUIRED',
          ClientPasswordAuthType: 'POSTGRES_SCRAM_SHA_256',
          SecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/app-AbC123',
        },
      ],
      RoleArn: 'arn:aws:iam::111122223333:role/proxy-role',
      Endpoint: endpoint,
      RequireTLS: true,
      IdleClientTimeout: 300,
      DebugLogging: false,
    },
  ],
} satisfies DescribeDBProxiesCommandOutput;

export const targetGroups = {
  $metadata,
  TargetGroups: [
    {
      DBProxyName: 'app',
      TargetGroupName: 'default',
      IsDefault: true,
      Status: 'available',
      ConnectionPoolConfig: { MaxConnectionsPercent: 70, MaxIdleConnectionsPercent: 35, ConnectionBorrowTimeout: 5 },
    },
  ],
} satisfies DescribeDBProxyTargetGroupsCommandOutput;

export const targets = {
  $metadata,
  Targets: [
    {
      RdsResourceId: 'orders-db',
      Type: 'RDS_INSTANCE',
      Port: 5432,
      Endpoint: 'orders-db.c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
      TargetHealth: { State: 'AVAILABLE' },
    },
  ],
} satisfies DescribeDBProxyTargetsCommandOutput;

export const instances = {
  $metadata,
  DBInstances: [
    {
      DBInstanceIdentifier: 'orders-db',
      DbiResourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
      DBInstanceClass: 'db.t4g.medium',
      DBInstanceStatus: 'available',
      Engine: 'postgres',
      EngineVersion: '17.6',
      StorageEncrypted: true,
      PubliclyAccessible: false,
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      CertificateDetails: { CAIdentifier: 'rds-ca-rsa2048-g1', ValidTill: new Date('2027-09-01T00:00:00Z') },
      DBParameterGroups: [{ DBParameterGroupName: 'orders', ParameterApplyStatus: 'in-sync' }],
      PendingModifiedValues: {},
      DBSubnetGroup: { VpcId, Subnets: [] },
      Endpoint: { Address: 'orders-db.c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com', Port: 5432 },
      VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-0eeeeeeeeeeeeeeee', Status: 'active' }],
    },
  ],
} satisfies DescribeDBInstancesCommandOutput;

export const certificates = {
  $metadata,
  Certificates: [
    { CertificateIdentifier: 'rds-ca-rsa2048-g1', CertificateType: 'CA', ValidTill: new Date('2061-05-25T22:34:57Z') },
  ],
} satisfies DescribeCertificatesCommandOutput;

export const functionConfiguration = {
  $metadata,
  FunctionName: 'orders-api',
  Role: 'arn:aws:iam::111122223333:role/orders-api-role',
  Runtime: 'nodejs24.x',
  State: 'Active',
  LastUpdateStatus: 'Successful',
  Timeout: 15,
  VpcConfig: { VpcId, SubnetIds: ['subnet-0c30000000000000a'], SecurityGroupIds: ['sg-0aaaaaaaaaaaaaaaa'] },
  Environment: {
    Variables: { DATABASE_HOST: endpoint, DATABASE_PORT: '5432', DATABASE_NAME: 'app', DATABASE_USER: 'app' },
  },
} satisfies GetFunctionConfigurationCommandOutput;

export const alarms = {
  $metadata,
  MetricAlarms: [
    {
      AlarmName: 'ClientConnections',
      ActionsEnabled: true,
      AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:alarms'],
      StateValue: 'OK',
      Metrics: [
        {
          Id: 'clients',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/RDS',
              MetricName: 'ClientConnections',
              Dimensions: [{ Name: 'ProxyName', Value: 'app' }],
            },
            Period: 60,
            Stat: 'Sum',
          },
        },
      ],
    },
  ],
} satisfies DescribeAlarmsCommandOutput;

export const healthy: Facts = {
  name: 'main',
  environment: exampleEnvironment,
  now: new Date('2026-11-27T00:00:00Z'),
  installed: { '@aws-amplify/backend-cli': '1.10.0' },
  caller: { Account: '111122223333', Arn: 'arn:aws:sts::111122223333:assumed-role/developer/alice' },
  region: { RegionName: 'eu-west-1', OptInStatus: 'opt-in-not-required' },
  bootstrapVersion: '30',
  stacks: [
    {
      StackName: 'amplify-d1example-main-branch-5bfa880954',
      StackStatus: 'UPDATE_COMPLETE',
      CreationTime: new Date(0),
    },
  ],
  resources: [],
  vpcs: [{ VpcId, CidrBlock: '10.20.0.0/16' }],
  vpcDns: { support: true, hostnames: true },
  zones: [],
  subnets: [
    { SubnetId: 'subnet-0c30000000000000a', VpcId, AvailabilityZone: 'eu-west-1a', AvailableIpAddressCount: 200 },
    { SubnetId: 'subnet-0c30000000000000b', VpcId, AvailabilityZone: 'eu-west-1b', AvailableIpAddressCount: 200 },
  ],
  routeTables: [],
  networkAcls: [],
  securityGroups: [{ GroupId: 'sg-0d1e2f3a4b5c60798', VpcId }],
  endpoints: [],
  natGateways: [],
  networkInterfaces: [],
  proxies: proxies.DBProxies,
  targetGroups: targetGroups.TargetGroups,
  targets: targets.Targets,
  secrets: new Map(),
  secretKeys: undefined,
  instances: instances.DBInstances,
  clusters: [],
  parameters: [{ ParameterName: 'max_connections', ParameterValue: '200' }],
  certificates: certificates.Certificates,
  functions: [{ configuration: functionConfiguration, reservedConcurrency: 50 }],
  lambda: { limit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 950 }, usage: undefined },
  logins: [],
  alarms: alarms.MetricAlarms,
  quotas: { interfacesPerVpc: 500, proxies: 20, rulesPerGroup: 60 },
};
