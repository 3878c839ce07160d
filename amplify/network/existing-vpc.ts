/**
 * Finds the VPC that exists already. Vpc.fromLookup cannot run in Amplify's own stacks, which have no account and region
 * (https://github.com/aws-amplify/amplify-backend/issues/999). It can in a stack beside them.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Environment } from '../configuration/environment.js';
import type { PinnedContext } from './pinned-context.js';

/** What the CDK stands in for a VPC that it has yet to look up. The deployment synthesizes again with the real one. */
const NOT_YET_LOOKED_UP = 'vpc-12345';

/** CloudFormation's limit for the name of a stack. */
const STACK_NAME_LENGTH = 128;

const SUFFIX = '-lookup';

export function lookUpVpc(backendStack: Stack, environment: Environment, pinnedContext: PinnedContext): IVpc {
  const { account, region, network } = environment;
  const stack = new Stack(backendStack.node.root, 'ExistingVpcLookup', {
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
  return Vpc.fromLookup(stack, 'Vpc', { vpcId: network.vpcId });
}

/** True in the first of two passes: ids and zones are the CDK's inventions, and nothing may be concluded from them. */
export function isLookupPending(vpc: IVpc): boolean {
  return vpc.vpcId === NOT_YET_LOOKED_UP;
}
