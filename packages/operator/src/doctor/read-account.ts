/** Reads the account: everything at once that can be, the rest when it is known what to ask for. A refusal stops nothing. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type DeploymentOptions, findRootStacks, readResources } from '../aws/amplify-stack.js';
import { answered, mapAnswer, orNothing, refusedOr } from '../aws/answer.js';
import { partitionOf } from '../aws/policy.js';
import type { AccountReader } from './doctor-reads.js';
import type { AccountAnswers } from './facts.js';
import { readDatabase } from './read-database.js';
import { readAlarms, readFunctions, readLambdaLimits, readLogins } from './read-functions.js';
import { readNetwork } from './read-network.js';
import { readQuotas } from './read-quotas.js';
import { readSecretKeys } from './read-secret-keys.js';
import { planSecretReads } from './secret-reads.js';

const BOOTSTRAP_VERSION = '/cdk-bootstrap/hnb659fds/version';

/** Where each partition lists its regions: those that are always on. */
const HOME_REGIONS: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};

export type Identity = Pick<AccountAnswers, 'caller' | 'region'>;

/** Who asks, and whether the region is on: without either, nothing else can be read. */
export async function readIdentity(reader: AccountReader): Promise<Identity> {
  const home = HOME_REGIONS[partitionOf(reader.region)] ?? reader.region;
  const [caller, region] = await Promise.all([
    // The region itself would not answer while it is off.
    reader.in(home).read('sts:GetCallerIdentity', {}),
    reader
      .in(home)
      .read('ec2:DescribeRegions', { AllRegions: true, Filters: [{ Name: 'region-name', Values: [reader.region] }] }),
  ]);
  return {
    caller,
    region: mapAnswer(region, ({ Regions = [] }) => Regions.find(({ RegionName }) => RegionName === reader.region)),
  };
}

export async function readAccount(
  reader: AccountReader,
  environment: Environment,
  deployment: DeploymentOptions,
  identity: Identity,
  wantsSecretKeys: boolean,
): Promise<AccountAnswers> {
  const [bootstrap, stacks, lambda, quotas] = await Promise.all([
    reader.read('ssm:GetParameter', { Name: BOOTSTRAP_VERSION }),
    findRootStacks(reader, deployment),
    readLambdaLimits(reader),
    readQuotas(reader),
  ]);
  const rootStack = stacks.ok && stacks.value.length === 1 ? stacks.value[0]?.StackName : undefined;
  const resources: AccountAnswers['resources'] =
    rootStack === undefined ? refusedOr(stacks, []) : await readResources(reader, rootStack);
  const [functions, alarms, network, database] = await Promise.all([
    readFunctions(reader, resources),
    readAlarms(reader, resources),
    readNetwork(reader, environment, resources),
    readDatabase(reader, environment, resources),
  ]);
  const known = { ...network, ...database, functions };
  const [logins, secretKeys] = await Promise.all([
    readLogins(reader, environment, resources, known),
    wantsSecretKeys
      ? readSecretKeys(
          reader,
          environment,
          planSecretReads(environment, deployment, { stacks, resources, ...database }),
          database,
        )
      : answered(undefined),
  ]);
  return {
    ...identity,
    bootstrapVersion: mapAnswer(orNothing(bootstrap), (found) => found?.Parameter?.Value),
    stacks,
    resources,
    ...known,
    lambda,
    logins,
    secretKeys,
    alarms,
    quotas,
  };
}
