/** Amplify's root stack, of which every other stack is a part. */
import type { Stack } from 'aws-cdk-lib';

export function rootStackOf(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : rootStackOf(stack.nestedStackParent);
}
