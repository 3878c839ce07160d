/** Reads the proxy, the database and its parameters of a deployed environment. */
import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type { DBProxy, DBProxyTargetGroup, Parameter } from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type DeploymentOptions, findRootStacks, readResources } from '../aws/amplify-stack.js';
import { type Answer, describeRefusal, type Refusal } from '../aws/answer.js';
import { notSignedIn } from '../aws/not-signed-in.js';
import { policyFor } from '../aws/policy.js';
import type { Reader } from '../aws/reader.js';
import { CommandError } from '../command-error.js';
import { type Database, databaseOf, proxyOf } from '../doctor/resolve.js';
import type { ReplayReads } from './replay-reads.js';

export interface Deployed {
  /** Undefined for an environment without a proxy, or when AWS did not say. */
  readonly proxy: DBProxy | undefined;
  readonly targetGroup: DBProxyTargetGroup | undefined;
  readonly database: Database | undefined;
  /** By name: those of the instance over those of the cluster. */
  readonly parameters: readonly Parameter[];
  readonly refusals: readonly Refusal[];
}

/** @throws CommandError without credentials, or when there is no such proxy or database */
export async function readDeployed(
  reader: Reader<ReplayReads>,
  environment: Environment,
  deployment: DeploymentOptions,
): Promise<Deployed> {
  const refusals: Refusal[] = [];
  const take = <Item>(answer: Answer<readonly Item[]>): readonly Item[] => {
    if (answer.ok) return answer.value;
    if (answer.refusal.reason === 'not signed in') throw notSignedIn(answer.refusal);
    refusals.push(answer.refusal);
    return [];
  };
  const [proxies, instances, clusters] = [
    ...(await Promise.all([
      reader.read('rds:DescribeDBProxies', {}),
      reader.read('rds:DescribeDBInstances', {}),
      reader.read('rds:DescribeDBClusters', {}),
    ])),
  ] as const;
  const resources = await readDeployment(reader, environment, deployment, take);
  const proxy = proxyOf({ environment, proxies: take(proxies), resources });
  if (proxies.ok && proxy === undefined && environment.database.proxy.kind !== 'none')
    throw notFound(environment, 'proxy');

  const { DBProxyName } = proxy ?? {};
  const [groups, targets] =
    DBProxyName === undefined
      ? [[], []]
      : [
          take(await reader.read('rds:DescribeDBProxyTargetGroups', { DBProxyName })),
          take(await reader.read('rds:DescribeDBProxyTargets', { DBProxyName })),
        ];
  const found = { environment, resources, targets, instances: take(instances), clusters: take(clusters) };
  const database = databaseOf(found);
  return {
    proxy,
    targetGroup: groups.find(({ IsDefault }) => IsDefault === true) ?? groups[0],
    database,
    parameters: await readParameters(reader, database, take),
    refusals,
  };
}

type Take = <Item>(answer: Answer<readonly Item[]>) => readonly Item[];

async function readDeployment(
  reader: Reader<ReplayReads>,
  { database: { proxy, server } }: Environment,
  deployment: DeploymentOptions,
  take: Take,
): Promise<readonly StackResourceSummary[]> {
  if (proxy.kind !== 'new' && server?.kind !== 'new') return [];
  const stacks = take(await findRootStacks(reader, deployment));
  const [stack, ...others] = stacks;
  if (others.length > 0) {
    throw new CommandError(
      `Several apps have a branch ${deployment.environment}. Add --app-id ID; its stacks: ${stacks.map(({ StackName }) => StackName).join(', ')}`,
    );
  }
  return stack?.StackName === undefined ? [] : take(await readResources(reader, stack.StackName));
}

async function readParameters(
  reader: Reader<ReplayReads>,
  database: Database | undefined,
  take: Take,
): Promise<readonly Parameter[]> {
  const ofCluster = database?.cluster?.DBClusterParameterGroup;
  const ofInstance = database?.instances[0]?.DBParameterGroups?.[0]?.DBParameterGroupName;
  const parameters = [
    ...(ofCluster === undefined
      ? []
      : take(await reader.read('rds:DescribeDBClusterParameters', { DBClusterParameterGroupName: ofCluster }))),
    ...(ofInstance === undefined
      ? []
      : take(await reader.read('rds:DescribeDBParameters', { DBParameterGroupName: ofInstance }))),
  ];
  return [...new Map(parameters.map((parameter) => [parameter.ParameterName, parameter])).values()];
}

function notFound({ account, region, database: { proxy } }: Environment, what: string): CommandError {
  const which = proxy.kind === 'existing' ? ` ${proxy.proxyArn}` : '';
  return new CommandError(
    `Account ${account} has no ${what}${which} in ${region} that the credentials at hand can see. ` +
      (proxy.kind === 'new' ? 'Has the environment been deployed? ' : '') +
      'npx vpc-postgres doctor checks the whole way.',
  );
}

/** For a person: which permission is missing, and a statement that grants it. */
export function describeRefusals(refusals: readonly Refusal[], region: string): string[] {
  return refusals.map((refusal) => {
    const [statement] = policyFor([refusal.read], region).Statement;
    const fix = refusal.reason === 'not permitted' ? `. A statement that permits it: ${JSON.stringify(statement)}` : '';
    return `${describeRefusal(refusal)}${fix}`;
  });
}
