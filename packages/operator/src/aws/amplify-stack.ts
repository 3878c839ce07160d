/** Which CloudFormation stack is a deployment of Amplify's: by name, and what is in it and in the stacks below it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { type Answer, answered, mapAnswer } from './answer.js';
import type { Reader } from './reader.js';

export type StackReads = 'cloudformation:DescribeStacks' | 'cloudformation:ListStackResources';
export const STACK_READS: readonly StackReads[] = [
  'cloudformation:DescribeStacks',
  'cloudformation:ListStackResources',
];

export interface DeploymentOptions {
  /** Of amplify/environments.ts, or a branch of a pattern; `sandbox` for a sandbox. */
  readonly environment: string;
  /** Of a branch: the id of the app in Amplify Hosting. @default - that of the only app with such a branch */
  readonly appId?: string | undefined;
  /** Of a sandbox, as in `npx ampx sandbox --identifier`. @default - the user's name */
  readonly identifier?: string | undefined;
  /** Of a sandbox: the name in the app's package.json. @default - of the one in this folder */
  readonly packageName?: string | undefined;
}

/** Stacks that are about to be something else tell nothing of what is deployed. */
const GONE = /^DELETE_COMPLETE$|^REVIEW_IN_PROGRESS$/;

const HASH_LENGTH = 10;

/** The root stacks of the deployment: none before the first, and more than one where several apps have such a branch. */
export async function findRootStacks(
  reader: Reader<StackReads>,
  options: DeploymentOptions,
): Promise<Answer<readonly Stack[]>> {
  const stacks = await reader.read('cloudformation:DescribeStacks', {});
  return mapAnswer(stacks, (all) =>
    all.filter(
      ({ StackName = '', RootId, StackStatus = '' }) =>
        RootId === undefined && !GONE.test(StackStatus) && isDeployment(StackName, options),
    ),
  );
}

/**
 * Amplify names a root stack `amplify-NAMESPACE-NAME-TYPE-HASH`.
 * @see https://github.com/aws-amplify/amplify-backend/blob/main/packages/platform-core/src/backend_identifier_conversions.ts
 */
function isDeployment(stackName: string, { environment, appId, identifier, packageName }: DeploymentOptions): boolean {
  const isSandbox = environment === 'sandbox';
  const name = isSandbox ? (identifier ?? userInfo().username) : environment;
  const [, namespace, hash] =
    new RegExp(
      `^amplify-([A-Za-z0-9]+)-${onlyAlphanumeric(name).slice(0, 50)}-${isSandbox ? 'sandbox' : 'branch'}-([0-9a-f]{${HASH_LENGTH}})$`,
    ).exec(stackName) ?? [];
  if (namespace === undefined) return false;
  // A sandbox's hash is of the name in package.json, of which the stack's name has only letters and digits.
  const fullNamespace = isSandbox ? (packageName ?? packageNameHere()) : namespace;
  if (!isSandbox && appId !== undefined && appId !== namespace) return false;
  return hash === createHash('sha512').update(fullNamespace).update(name).digest('hex').slice(0, HASH_LENGTH);
}

function packageNameHere(): string {
  const { name }: { readonly name: string } = JSON.parse(readFileSync('package.json', 'utf8'));
  return name;
}

const onlyAlphanumeric = (text: string) => text.replace(/[^A-Za-z0-9]/g, '');

/**
 * The folders in SSM Parameter Store where Amplify looks for a secret of the deployment, in its order: its own, and for a
 * branch the one that all branches of the app share.
 * @see https://github.com/aws-amplify/amplify-backend/blob/main/packages/platform-core/src/parameter_path_conversions.ts
 */
export function parameterFolders(stackName: string): string[] {
  const [, namespace, ...rest] = stackName.split('-');
  const own = `/amplify/${namespace}/${rest.join('-')}`;
  return rest.at(-2) === 'branch' ? [own, `/amplify/shared/${namespace}`] : [own];
}

/** The resources of a stack and of all nested ones. */
export async function readResources(
  reader: Reader<StackReads>,
  stackName: string,
): Promise<Answer<StackResourceSummary[]>> {
  const own = await reader.read('cloudformation:ListStackResources', { StackName: stackName });
  if (!own.ok) return own;
  const nested = own.value.filter(({ ResourceType, PhysicalResourceId }) =>
    Boolean(ResourceType === 'AWS::CloudFormation::Stack' && PhysicalResourceId),
  );
  const below = await Promise.all(
    nested.map(({ PhysicalResourceId = '' }) => readResources(reader, PhysicalResourceId)),
  );
  const refused = below.find((answer) => !answer.ok);
  if (refused !== undefined) return refused;
  return answered([...own.value, ...below.flatMap((answer) => (answer.ok ? answer.value : []))]);
}

/** The physical ids of the resources of a type, for example the names of functions. */
export function idsOf(resources: readonly StackResourceSummary[], type: string): string[] {
  return resources.flatMap(({ ResourceType, PhysicalResourceId, ResourceStatus = '' }) =>
    ResourceType === type && PhysicalResourceId && !ResourceStatus.startsWith('DELETE') ? [PhysicalResourceId] : [],
  );
}
