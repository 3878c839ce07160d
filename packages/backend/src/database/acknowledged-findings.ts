/** What cdk-nag's AwsSolutions rules would have otherwise, and why it is as it is. */
import { Stack } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';

interface Acknowledgement {
  readonly id: string;
  readonly reason: string;
}

/** A function's logs, and its network interfaces. */
export function usesManagedPolicy(
  name: 'AWSLambdaBasicExecutionRole' | 'AWSLambdaVPCAccessExecutionRole',
): Acknowledgement {
  return {
    id: `AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}]`,
    reason: 'AWS’s own policy for what Lambda does on behalf of every function, which AWS keeps up to date.',
  };
}

/** The CDK adds the wildcard to every right to invoke a function. */
export function invokesEveryVersionOf(fn: CfnFunction): Acknowledgement {
  const logicalId = Stack.of(fn).resolve(fn.logicalId);
  return {
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${logicalId}.Arn>:*]`,
    reason: 'The wildcard is for the versions of one function, the one that takes a step of the deployment.',
  };
}
