/** Which of the account's resources are this environment's: by amplify/environments.ts, and by what has been deployed. */
import type { RouteTable, SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { DBCluster, DBInstance, DBProxy } from '@aws-sdk/client-rds';
import { DATABASE_ENVIRONMENT } from '@vpc-postgres/lambda/database/environment-names.js';
import { idsOf } from '../aws/amplify-stack.js';
import type { Account, DeployedFunction, Facts } from './facts.js';

export function isDeployed({ stacks }: Pick<Facts, 'stacks'>): boolean {
  return stacks.length === 1;
}

/** The VPC; none when nothing or more than one fits. */
export function vpcOf({ vpcs }: Pick<Facts, 'vpcs'>): Vpc | undefined {
  return vpcs.length === 1 ? vpcs[0] : undefined;
}

/** The functions that are in the VPC: those that serve, and the one that migrates. */
export function vpcFunctions({ functions }: Pick<Account, 'functions'>): readonly DeployedFunction[] {
  return functions.filter(({ configuration }) => (configuration.VpcConfig?.SubnetIds ?? []).length > 0);
}

export function nameOf({ configuration }: DeployedFunction): string {
  return configuration.FunctionName ?? '';
}

export function variablesOf({ configuration }: DeployedFunction): Readonly<Record<string, string>> {
  return configuration.Environment?.Variables ?? {};
}

/** The database user that a function connects as. Of the SQL data source's function none is known. */
export function userOf(fn: DeployedFunction): string | undefined {
  return variablesOf(fn)[DATABASE_ENVIRONMENT.user];
}

/** The functions that connect to the database with a token. */
export function databaseFunctions(facts: Pick<Account, 'functions'>): readonly DeployedFunction[] {
  return vpcFunctions(facts).filter((fn) => userOf(fn) !== undefined);
}

export type SubnetKind = 'public' | 'with egress' | 'isolated';

export function routeTableOf({ SubnetId, VpcId }: Subnet, tables: readonly RouteTable[]): RouteTable | undefined {
  const own = tables.find(({ Associations = [] }) => Associations.some((one) => one.SubnetId === SubnetId));
  const main = ({ VpcId: id, Associations = [] }: RouteTable) => id === VpcId && Associations.some((one) => one.Main);
  return own ?? tables.find(main);
}

/** By its routes, as the CDK's lookup does: one that leads out over IPv6 alone, or through an appliance, is isolated to it. */
export function kindByRoutes(subnet: Subnet, tables: readonly RouteTable[]): SubnetKind {
  const { Routes = [] } = routeTableOf(subnet, tables) ?? {};
  if (Routes.some(({ GatewayId }) => GatewayId?.startsWith('igw-'))) return 'public';
  const isNat = (route: Route) => route.NatGatewayId !== undefined || route.TransitGatewayId !== undefined;
  return Routes.some((route) => leadsOut(route) && isNat(route)) ? 'with egress' : 'isolated';
}

type Route = NonNullable<RouteTable['Routes']>[number];

export function leadsOut({ DestinationCidrBlock }: Route): boolean {
  return DestinationCidrBlock === '0.0.0.0/0';
}

/** As the CDK's lookup sorts them: by its tag where there is one, otherwise by routes. */
function kindByLookup(subnet: Subnet, tables: readonly RouteTable[]): SubnetKind {
  const kinds: Readonly<Record<string, SubnetKind>> = {
    Public: 'public',
    Private: 'with egress',
    Isolated: 'isolated',
  };
  return kinds[tagOf(subnet, 'aws-cdk:subnet-type') ?? ''] ?? kindByRoutes(subnet, tables);
}

export function tagOf({ Tags = [] }: Pick<Subnet, 'Tags'>, key: string): string | undefined {
  return Tags.find(({ Key }) => Key === key)?.Value;
}

/** Where the functions are, or are to be, and a proxy or database that is created. Ids without a subnet are left out. */
export function chosenSubnets(facts: Facts): readonly Subnet[] {
  const { environment, subnets, routeTables } = facts;
  const { network } = environment;
  if (network.kind === 'new') {
    const ids = new Set(vpcFunctions(facts).flatMap(({ configuration }) => configuration.VpcConfig?.SubnetIds ?? []));
    return subnets.filter(({ SubnetId = '' }) => ids.has(SubnetId));
  }
  const choice = network.subnets;
  if ('ids' in choice) return subnets.filter(({ SubnetId = '' }) => choice.ids.includes(SubnetId));
  if ('subnetGroupName' in choice) {
    return subnets.filter((subnet) => tagOf(subnet, 'aws-cdk:subnet-name') === choice.subnetGroupName);
  }
  const wanted = choice.type === 'isolated' ? 'isolated' : 'with egress';
  return subnets.filter((subnet) => kindByLookup(subnet, routeTables) === wanted);
}

export function subnetsById(ids: readonly string[], { subnets }: Pick<Account, 'subnets'>): readonly Subnet[] {
  return subnets.filter(({ SubnetId = '' }) => ids.includes(SubnetId));
}

/** The functions' groups; before the first deployment only those that exist. */
export function functionGroupIds(facts: Facts): readonly string[] {
  const deployed = databaseFunctions(facts).flatMap(
    ({ configuration }) => configuration.VpcConfig?.SecurityGroupIds ?? [],
  );
  const { network } = facts.environment;
  const named = network.kind === 'existing' ? network.functionSecurityGroup?.id : undefined;
  return [...new Set([...deployed, ...(named === undefined ? [] : [named])])];
}

export function groupsById(
  ids: readonly string[],
  { securityGroups }: Pick<Account, 'securityGroups'>,
): readonly SecurityGroup[] {
  return securityGroups.filter(({ GroupId = '' }) => ids.includes(GroupId));
}

export function hasProxy({ environment }: Pick<Facts, 'environment'>): boolean {
  return environment.database.proxy.kind !== 'none';
}

/** The proxy: by its ARN, or as the deployment made it. */
export function proxyOf({
  environment,
  proxies,
  resources,
}: Pick<Facts, 'environment' | 'proxies' | 'resources'>): DBProxy | undefined {
  const { proxy } = environment.database;
  if (proxy.kind === 'none') return undefined;
  if (proxy.kind === 'existing') return proxies.find(({ DBProxyArn }) => DBProxyArn === proxy.proxyArn);
  const made = idsOf(resources, 'AWS::RDS::DBProxy');
  return proxies.find(({ DBProxyName = '' }) => made.includes(DBProxyName));
}

export interface Database {
  readonly cluster: DBCluster | undefined;
  /** The instance, or the members of the cluster. */
  readonly instances: readonly DBInstance[];
}

type DatabaseFacts = Pick<Facts, 'environment' | 'resources' | 'targets' | 'instances' | 'clusters'>;

/** The database: as the environment names it, as the deployment made it, or as the existing proxy leads to it. */
export function databaseOf(facts: DatabaseFacts): Database | undefined {
  const { environment, instances, clusters } = facts;
  const { server } = environment.database;
  if (server?.kind === 'cluster') return ofCluster(server.clusterIdentifier, facts);
  if (server?.kind === 'instance') return ofInstance(server.instanceIdentifier, instances);
  if (server?.kind === 'new') return ofInstance(idsOf(facts.resources, 'AWS::RDS::DBInstance')[0], instances);
  const targets = facts.targets.map(({ TrackedClusterId, RdsResourceId, Type }) => ({
    cluster: TrackedClusterId ?? (Type === 'TRACKED_CLUSTER' ? RdsResourceId : undefined),
    instance: RdsResourceId,
  }));
  const cluster = targets.find((target) => target.cluster !== undefined)?.cluster;
  if (cluster !== undefined) return ofCluster(cluster, { instances, clusters });
  return ofInstance(targets[0]?.instance, instances);
}

function ofInstance(identifier: string | undefined, instances: readonly DBInstance[]): Database | undefined {
  const found = instances.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === identifier);
  return identifier === undefined || found === undefined ? undefined : { cluster: undefined, instances: [found] };
}

function ofCluster(
  identifier: string,
  { instances, clusters }: Pick<DatabaseFacts, 'instances' | 'clusters'>,
): Database | undefined {
  const cluster = clusters.find(({ DBClusterIdentifier }) => DBClusterIdentifier === identifier);
  if (cluster === undefined) return undefined;
  return { cluster, instances: instances.filter(({ DBClusterIdentifier }) => DBClusterIdentifier === identifier) };
}

export function databaseName({ cluster, instances }: Database): string {
  return cluster?.DBClusterIdentifier ?? instances[0]?.DBInstanceIdentifier ?? '';
}

export function databasePort({ cluster, instances }: Database): number {
  return cluster?.Port ?? instances[0]?.Endpoint?.Port ?? 5432;
}

export function databaseGroupIds({ cluster, instances }: Database): readonly string[] {
  const groups = cluster?.VpcSecurityGroups ?? instances[0]?.VpcSecurityGroups ?? [];
  return groups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []);
}

/** Where the database can be, one subnet in each of its zones. */
export function databaseSubnetIds({ instances }: Database): readonly string[] {
  return instances.flatMap(({ DBSubnetGroup }) =>
    (DBSubnetGroup?.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []),
  );
}

/** The number behind a parameter of the database; none where it is a formula or not set. */
export function numericParameter(name: string, { parameters }: Pick<Account, 'parameters'>): number | undefined {
  const value = parameters.find(({ ParameterName }) => ParameterName === name)?.ParameterValue;
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
