/** Reads the deployed functions, what they are permitted to log in to, and the alarms. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { idsOf } from '../aws/amplify-stack.js';
import { type Answer, allAnswered, mapAnswer } from '../aws/answer.js';
import { partitionOf } from '../aws/policy.js';
import type { AccountReader } from './doctor-reads.js';
import type { Account, AccountAnswers, DeployedFunction, SimulatedLogin } from './facts.js';
import { databaseFunctions, databaseOf, nameOf, proxyOf, userOf } from './resolve.js';

export async function readFunctions(
  reader: AccountReader,
  resources: AccountAnswers['resources'],
): Promise<AccountAnswers['functions']> {
  if (!resources.ok) return resources;
  const names = idsOf(resources.value, 'AWS::Lambda::Function');
  return allAnswered(await Promise.all(names.map((name) => readFunction(reader, name))));
}

async function readFunction(reader: AccountReader, FunctionName: string): Promise<Answer<DeployedFunction>> {
  const [configuration, concurrency] = await Promise.all([
    reader.read('lambda:GetFunctionConfiguration', { FunctionName }),
    reader.read('lambda:GetFunctionConcurrency', { FunctionName }),
  ]);
  if (!concurrency.ok) return concurrency;
  return mapAnswer(configuration, (found) => ({
    configuration: found,
    reservedConcurrency: concurrency.value.ReservedConcurrentExecutions,
  }));
}

export async function readLambdaLimits(reader: AccountReader): Promise<AccountAnswers['lambda']> {
  const settings = await reader.read('lambda:GetAccountSettings', {});
  return mapAnswer(settings, ({ AccountLimit: limit, AccountUsage: usage }) => ({ limit, usage }));
}

/** The most names that CloudWatch takes in one request. */
const ALARMS_PER_REQUEST = 100;

export async function readAlarms(
  reader: AccountReader,
  resources: AccountAnswers['resources'],
): Promise<AccountAnswers['alarms']> {
  if (!resources.ok) return resources;
  const names = idsOf(resources.value, 'AWS::CloudWatch::Alarm');
  const requests: string[][] = [];
  for (let start = 0; start < names.length; start += ALARMS_PER_REQUEST) {
    requests.push(names.slice(start, start + ALARMS_PER_REQUEST));
  }
  const answers = await Promise.all(
    requests.map((AlarmNames) => reader.read('cloudwatch:DescribeAlarms', { AlarmNames })),
  );
  return mapAnswer(allAnswered(answers), (lists) => lists.flat());
}

type LoginParts = Pick<AccountAnswers, 'functions' | 'proxies' | 'targets' | 'instances' | 'clusters'>;

/** Asks IAM's simulator for each role that signs a token. */
export async function readLogins(
  reader: AccountReader,
  environment: Environment,
  resources: AccountAnswers['resources'],
  parts: LoginParts,
): Promise<AccountAnswers['logins']> {
  const { functions, proxies, targets, instances, clusters } = parts;
  if (!resources.ok) return resources;
  if (!functions.ok) return functions;
  if (!proxies.ok) return proxies;
  if (!targets.ok) return targets;
  if (!instances.ok) return instances;
  if (!clusters.ok) return clusters;
  const known = {
    resources: resources.value,
    functions: functions.value,
    proxies: proxies.value,
    targets: targets.value,
    instances: instances.value,
    clusters: clusters.value,
  };
  const answers = await Promise.all(
    loginsOf(reader.region, environment, known).map(async (login) => {
      const answer = await reader.read('iam:SimulatePrincipalPolicy', {
        PolicySourceArn: login.role,
        ActionNames: ['rds-db:connect'],
        ResourceArns: [login.resource],
      });
      return mapAnswer(answer, ([result]): SimulatedLogin => ({ ...login, decision: result?.EvalDecision }));
    }),
  );
  return allAnswered(answers);
}

type Login = Omit<SimulatedLogin, 'decision'>;

function loginsOf(
  region: string,
  environment: Environment,
  known: Pick<Account, keyof LoginParts | 'resources'>,
): Login[] {
  const { account, database: settings } = environment;
  const arn = (id: string, user: string) =>
    `arn:${partitionOf(region)}:rds-db:${region}:${account}:dbuser:${id}/${user}`;
  const proxy = proxyOf({ environment, ...known });
  const database = databaseOf({ environment, ...known });
  const databaseId = database?.cluster?.DbClusterResourceId ?? database?.instances[0]?.DbiResourceId;
  // Of a function: to the proxy, by the id at the end of its ARN; without a proxy to the database.
  const target = settings.proxy.kind === 'none' ? databaseId : proxy?.DBProxyArn?.split(':').at(-1);
  const ofFunctions = databaseFunctions(known).flatMap((fn): Login[] => {
    const { Role: role } = fn.configuration;
    const user = userOf(fn);
    if (role === undefined || user === undefined || target === undefined) return [];
    return [{ subject: `function ${nameOf(fn)}`, role, user, resource: arn(target, user) }];
  });
  const usesIam = proxy?.DefaultAuthScheme === 'IAM_AUTH';
  const role = proxy?.RoleArn;
  if (!usesIam || role === undefined || databaseId === undefined) return ofFunctions;
  const users = [settings.user, ...(settings.migrator === undefined ? [] : [settings.migrator])];
  return [
    ...ofFunctions,
    ...users.map((user) => ({ subject: 'the proxy', role, user, resource: arn(databaseId, user) })),
  ];
}
