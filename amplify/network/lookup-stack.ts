/**
 * A stack to look things up from. Amplify's own stacks have no account and region, so the CDK refuses lookups in them
 * (https://github.com/aws-amplify/amplify-backend/issues/999). This one stands beside them, has both, and is never deployed.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import type { Environment } from '../configuration/environment.js';
import type { PinnedContext } from './pinned-context.js';

/** CloudFormation's limit for the name of a stack. */
const STACK_NAME_LENGTH = 128;

const SUFFIX = '-lookup';

export function createLookupStack(
  backendStack: Stack,
  { account, region }: Pick<Environment, 'account' | 'region'>,
  pinnedContext: PinnedContext,
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
  for (const [key, answer] of Object.entries(pinnedContext)) stack.node.setContext(key, answer);
  return stack;
}
