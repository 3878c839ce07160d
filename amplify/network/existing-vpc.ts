/** Finds the VPC that exists already. */
import type { Stack } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { VpcChoice } from '../configuration/network-settings.js';

/** What the CDK stands in for a VPC that it has yet to look up. The deployment synthesizes again with the real one. */
const NOT_YET_LOOKED_UP = 'vpc-12345';

/** @param lookupStack Where lookups are allowed: lookup-stack.ts. */
export function lookUpVpc(lookupStack: Stack, choice: VpcChoice): IVpc {
  return Vpc.fromLookup(lookupStack, 'Vpc', {
    ...('id' in choice && { vpcId: choice.id }),
    ...('name' in choice && { vpcName: choice.name }),
    ...('tags' in choice && { tags: { ...choice.tags } }),
  });
}

/** True in the first of two passes: ids and zones are the CDK's inventions, and nothing may be concluded from them. */
export function isLookupPending(vpc: IVpc): boolean {
  return vpc.vpcId === NOT_YET_LOOKED_UP;
}
