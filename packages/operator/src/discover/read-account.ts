/** Reads what an account has for an environment: VPCs, subnets, PostgreSQL servers, proxies, and the names of secrets. */
import type { Subnet, Tag } from '@aws-sdk/client-ec2';
import type { DBCluster, DBInstance, DBProxy } from '@aws-sdk/client-rds';
import type { Answer, Refusal } from '../aws/answer.js';
import { notSignedIn } from '../aws/not-signed-in.js';
import type { Reader } from '../aws/reader.js';
import type { DiscoverReads } from './discover-reads.js';
import type { FoundAccount, FoundDatabase, FoundPostgres, FoundProxy, FoundSubnet } from './found.js';
import { Routes } from './routes.js';

/** @throws CommandError without valid credentials; any other refusal is part of what was found */
export async function readAccount(reader: Reader<DiscoverReads>): Promise<FoundAccount> {
  const identity = await reader.read('sts:GetCallerIdentity', {});
  if (!identity.ok) throw notSignedIn(identity.refusal);
  const refusals: Refusal[] = [];
  const take = <Item>(answer: Answer<readonly Item[]>): readonly Item[] => {
    if (answer.ok) return answer.value;
    refusals.push(answer.refusal);
    return [];
  };
  const answers = await Promise.all([
    reader.read('ec2:DescribeVpcs', {}),
    reader.read('ec2:DescribeSubnets', {}),
    reader.read('ec2:DescribeRouteTables', {}),
    reader.read('rds:DescribeDBProxies', {}),
    reader.read('rds:DescribeDBInstances', {}),
    reader.read('rds:DescribeDBClusters', {}),
    reader.read('secretsmanager:ListSecrets', {}),
  ]);
  const [vpcs, subnets, routeTables, proxies, instances, clusters, secrets] = answers;
  const routes = new Routes(take(routeTables));
  const servers = serversIn(take(instances), take(clusters));
  const ofPostgres = take(proxies).filter(({ EngineFamily }) => EngineFamily === 'POSTGRESQL');
  const targets = await Promise.all(
    ofPostgres.map(({ DBProxyName }) => reader.read('rds:DescribeDBProxyTargets', { DBProxyName })),
  );
  return {
    account: identity.value.Account ?? '',
    region: reader.region,
    vpcs: take(vpcs).map(({ VpcId = '', CidrBlock = '', Tags, OwnerId }) => ({
      id: VpcId,
      cidr: CidrBlock,
      ...present({ name: tag(Tags, 'Name'), ownerAccount: OwnerId }),
    })),
    subnets: take(subnets).map((subnet) => toSubnet(subnet, routes)),
    databases: [
      ...ofPostgres.map((proxy, index) => {
        const ids = take(targets[index] as Answer<readonly { RdsResourceId?: string }[]>).flatMap(
          ({ RdsResourceId }) => RdsResourceId ?? [],
        );
        return toProxy(proxy, [...new Set(ids)], servers);
      }),
      ...servers,
    ],
    secrets: take(secrets).flatMap(({ Name, ARN }) => (Name && ARN ? [{ name: Name, arn: ARN }] : [])),
    refusals,
  };
}

function toSubnet(subnet: Subnet, routes: Routes): FoundSubnet {
  const { SubnetId = '', VpcId = '', CidrBlock = '', AvailabilityZone = '' } = subnet;
  return {
    id: SubnetId,
    vpcId: VpcId,
    cidr: CidrBlock,
    zone: AvailabilityZone,
    kind: routes.kindOf(subnet),
    freeAddresses: subnet.AvailableIpAddressCount ?? 0,
    ...present({
      zoneId: subnet.AvailabilityZoneId,
      groupName: tag(subnet.Tags, 'aws-cdk:subnet-name'),
      routeTableId: routes.tableOf(subnet)?.RouteTableId,
    }),
  };
}

function toProxy(proxy: DBProxy, targets: readonly string[], servers: readonly FoundPostgres[]): FoundProxy {
  const { DBProxyName = '', DBProxyArn = '', Auth = [], VpcSecurityGroupIds = [] } = proxy;
  const isIam = proxy.DefaultAuthScheme === 'IAM_AUTH';
  const server = servers.find(({ id }) => targets.includes(id));
  return {
    kind: 'proxy',
    id: DBProxyName,
    arn: DBProxyArn,
    securityGroups: VpcSecurityGroupIds,
    requiresTls: proxy.RequireTLS === true,
    requiresIam: isIam || (Auth.length > 0 && Auth.every(({ IAMAuth }) => IAMAuth === 'REQUIRED')),
    auth: [...(isIam ? ['IAM'] : []), ...Auth.flatMap(({ SecretArn }) => SecretArn ?? [])],
    targets,
    ...present({
      vpcId: proxy.VpcId,
      status: proxy.Status,
      endpoint: proxy.Endpoint,
      databaseName: server?.databaseName,
    }),
  };
}

function serversIn(instances: readonly DBInstance[], clusters: readonly DBCluster[]): FoundPostgres[] {
  const ofCluster = (id: string) => instances.find(({ DBClusterIdentifier }) => DBClusterIdentifier === id);
  return [
    ...clusters
      .filter(({ Engine }) => Engine === 'aurora-postgresql')
      .map(
        (cluster): FoundPostgres => ({
          kind: 'cluster',
          id: cluster.DBClusterIdentifier ?? '',
          resourceId: cluster.DbClusterResourceId ?? '',
          port: cluster.Port ?? 5432,
          securityGroups: groupsOf(cluster),
          iamAuthentication: cluster.IAMDatabaseAuthenticationEnabled === true,
          ...present({
            // AWS says in which VPC an instance is, and not in which a cluster is.
            vpcId: ofCluster(cluster.DBClusterIdentifier ?? '')?.DBSubnetGroup?.VpcId,
            status: cluster.Status,
            endpoint: cluster.Endpoint,
            databaseName: cluster.DatabaseName,
            version: cluster.EngineVersion,
          }),
        }),
      ),
    ...instances
      .filter(({ Engine, DBClusterIdentifier }) => Engine === 'postgres' && DBClusterIdentifier === undefined)
      .map(
        (instance): FoundPostgres => ({
          kind: 'instance',
          id: instance.DBInstanceIdentifier ?? '',
          resourceId: instance.DbiResourceId ?? '',
          port: instance.Endpoint?.Port ?? 5432,
          securityGroups: groupsOf(instance),
          iamAuthentication: instance.IAMDatabaseAuthenticationEnabled === true,
          ...present({
            vpcId: instance.DBSubnetGroup?.VpcId,
            status: instance.DBInstanceStatus,
            endpoint: instance.Endpoint?.Address,
            databaseName: instance.DBName,
            version: instance.EngineVersion,
            instanceClass: instance.DBInstanceClass,
          }),
        }),
      ),
  ];
}

function groupsOf({ VpcSecurityGroups = [] }: DBInstance | DBCluster): string[] {
  return VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []);
}

const tag = (tags: readonly Tag[] | undefined, name: string) => tags?.find(({ Key }) => Key === name)?.Value;

/** Without the properties that are undefined. */
function present<Value extends Record<string, unknown>>(
  value: Value,
): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}

export const isProxy = (database: FoundDatabase): database is FoundProxy => database.kind === 'proxy';
