/** Reads the proxies, what they lead to, their secrets, and the database. Never the value of a secret. */
import type { DBProxy } from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type Answer, allAnswered, answered, mapAnswer, orNothing, refusedOr } from '../aws/answer.js';
import type { AccountReader } from './doctor-reads.js';
import type { AccountAnswers } from './facts.js';
import { databaseOf, proxyOf } from './resolve.js';

type DatabasePart =
  | 'proxies'
  | 'targetGroups'
  | 'targets'
  | 'secrets'
  | 'instances'
  | 'clusters'
  | 'parameters'
  | 'certificates';
export type DatabaseAnswers = Pick<AccountAnswers, DatabasePart>;

export async function readDatabase(
  reader: AccountReader,
  environment: Environment,
  resources: AccountAnswers['resources'],
): Promise<DatabaseAnswers> {
  const [proxies, instances, clusters, certificates] = await Promise.all([
    reader.read('rds:DescribeDBProxies', {}),
    reader.read('rds:DescribeDBInstances', {}),
    reader.read('rds:DescribeDBClusters', {}),
    reader.read('rds:DescribeCertificates', {}),
  ]);
  const proxy =
    proxies.ok && resources.ok
      ? proxyOf({ environment, proxies: proxies.value, resources: resources.value })
      : undefined;
  const [behind, secrets] = await Promise.all([
    readBehind(reader, proxies, proxy),
    readSecrets(reader, environment, proxies, proxy),
  ]);
  const known = { ...behind, secrets, proxies, instances, clusters, certificates };
  return { ...known, parameters: await readParameters(reader, environment, resources, known) };
}

async function readBehind(
  reader: AccountReader,
  proxies: DatabaseAnswers['proxies'],
  proxy: DBProxy | undefined,
): Promise<Pick<DatabaseAnswers, 'targetGroups' | 'targets'>> {
  const DBProxyName = proxy?.DBProxyName;
  if (DBProxyName === undefined) return { targetGroups: refusedOr(proxies, []), targets: refusedOr(proxies, []) };
  const [targetGroups, targets] = await Promise.all([
    reader.read('rds:DescribeDBProxyTargetGroups', { DBProxyName }),
    reader.read('rds:DescribeDBProxyTargets', { DBProxyName }),
  ]);
  return { targetGroups, targets };
}

async function readSecrets(
  reader: AccountReader,
  { database }: Environment,
  proxies: DatabaseAnswers['proxies'],
  proxy: DBProxy | undefined,
): Promise<DatabaseAnswers['secrets']> {
  if (!proxies.ok) return proxies;
  const auth = database.proxy.kind === 'new' && database.proxy.auth.kind === 'secret' ? database.proxy.auth : undefined;
  const named = [auth?.secretArn, auth?.migratorSecretArn, ...(proxy?.Auth ?? []).map(({ SecretArn }) => SecretArn)];
  const arns = [...new Set(named.flatMap((arn) => arn ?? []))];
  const answers = await Promise.all(
    arns.map(async (arn) =>
      mapAnswer(
        orNothing(await reader.read('secretsmanager:DescribeSecret', { SecretId: arn })),
        (secret) => [arn, secret] as const,
      ),
    ),
  );
  return mapAnswer(allAnswered(answers), (pairs) => new Map(pairs));
}

async function readParameters(
  reader: AccountReader,
  environment: Environment,
  resources: AccountAnswers['resources'],
  { targets, instances, clusters }: Pick<DatabaseAnswers, 'targets' | 'instances' | 'clusters'>,
): Promise<DatabaseAnswers['parameters']> {
  const parts = allAnswered<unknown>([resources, targets, instances, clusters]);
  if (!resources.ok || !targets.ok || !instances.ok || !clusters.ok)
    return parts as Extract<Answer<never>, { ok: false }>;
  const database = databaseOf({
    environment,
    resources: resources.value,
    targets: targets.value,
    instances: instances.value,
    clusters: clusters.value,
  });
  const group = database?.instances[0]?.DBParameterGroups?.[0]?.DBParameterGroupName;
  if (database?.cluster?.DBClusterParameterGroup !== undefined) {
    const DBClusterParameterGroupName = database.cluster.DBClusterParameterGroup;
    return reader.read('rds:DescribeDBClusterParameters', { DBClusterParameterGroupName });
  }
  return group === undefined ? answered([]) : reader.read('rds:DescribeDBParameters', { DBParameterGroupName: group });
}
