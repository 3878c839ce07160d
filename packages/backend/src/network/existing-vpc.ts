/** Finds the VPC that exists already. */
import type { Stack } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { VpcChoice } from '../configuration/network-settings.js';
import { refuseFailedLookup } from './lookup-stack.js';

/** What the CDK stands in for a VPC that it has yet to look up. The deployment synthesizes again with the real one. */
const NOT_YET_LOOKED_UP = 'vpc-12345';

/**
 * @param lookupStack Where lookups are allowed: lookup-stack.ts.
 * @throws ConfigurationError when AWS has no such VPC, or more than one, or does not let us look.
 */
export function lookUpVpc(lookupStack: Stack, choice: VpcChoice): IVpc {
  const vpc = Vpc.fromLookup(lookupStack, 'Vpc', {
    ...('id' in choice && { vpcId: choice.id }),
    ...('name' in choice && { vpcName: choice.name }),
    ...('tags' in choice && { tags: { ...choice.tags } }),
  });
  const [field, value] = Object.entries(choice)[0] ?? [];
  refuseFailedLookup(lookupStack, {
    path: `network.vpc.${field}`,
    got: JSON.stringify(value),
    fix: 'correct it: aws ec2 describe-vpcs --query "Vpcs[].[VpcId,Tags]"',
  });
  return vpc;
}

/** True in the first of two passes: ids and zones are the CDK's inventions, and nothing may be concluded from them. */
export function isLookupPending(vpc: IVpc): boolean {
  return vpc.vpcId === NOT_YET_LOOKED_UP;
}
