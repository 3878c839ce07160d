/**
 * A stack to look things up from. Amplify's own stacks have no account and region, so the CDK refuses lookups in them
 * (https://github.com/aws-amplify/amplify-backend/issues/999). This one stands beside them, has both, and is never deployed.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import { ArtifactMetadataEntryType } from 'aws-cdk-lib/cloud-assembly-schema';
import { ConfigurationError, type ConfigurationProblem } from '../configuration/configuration-error.js';
import type { Environment } from '../configuration/environment.js';
import type { CachedContext } from './cached-context.js';

/** CloudFormation's limit for the name of a stack. */
const STACK_NAME_LENGTH = 128;

const SUFFIX = '-lookup';

export function createLookupStack(
  backendStack: Stack,
  { account, region }: Pick<Environment, 'account' | 'region'>,
  cachedContext: CachedContext,
): Stack {
  const stack = new Stack(backendStack.node.root, 'Lookup', {
    env: { account, region },
    // The CDK asks CloudFormation whether the stack exists. AmplifyBackendDeployFullAccess allows that for amplify-*.
    stackName: `${backendStack.stackName.slice(0, STACK_NAME_LENGTH - SUFFIX.length)}${SUFFIX}`,
    // Without the CDK's metadata resource the stack is empty, and an empty stack is never deployed.
    analyticsReporting: false,
  });
  Validations.of(stack).acknowledge({
    id: 'CloudFormation-Validate::F0001',
    reason: 'A stack without resources is no deployable template, and this one is never deployed.',
  });
  for (const [key, answer] of Object.entries(cachedContext)) stack.node.setContext(key, answer);
  return stack;
}

/**
 * A lookup that failed leaves an error on the stack and goes on with a placeholder; ampx would end much later, without the
 * reason.
 * @param problem What was looked up, and what to do about it.
 * @throws ConfigurationError with AWS's own reason.
 */
export function refuseFailedLookup(lookupStack: Stack, problem: Omit<ConfigurationProblem, 'expected'>): void {
  const failure = lookupStack.node.metadata.find(({ type }) => type === ArtifactMetadataEntryType.ERROR);
  if (failure === undefined) return;
  const { account, region } = lookupStack;
  throw new ConfigurationError(`A lookup in AWS failed: ${failure.data}`, [
    { ...problem, expected: `one of account ${account} in ${region}, and the right to look it up (docs/deploy.md)` },
  ]);
}
