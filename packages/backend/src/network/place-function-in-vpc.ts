/**
 * Gives a function network interfaces in the VPC. defineFunction has no setting for it
 * (https://github.com/aws-amplify/amplify-backend/issues/1112), so this one file sets it on the CloudFormation resource.
 */
import { Stack } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ConnectableFunction } from '../functions/defined-function.js';
import type { Network } from './network.js';

/**
 * What the managed policy below allows, for Lambda itself to use. The function's code has no business with it: with these
 * it could attach itself to other subnets and security groups.
 */
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DetachNetworkInterface',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Without it the AWS SDKs ask for a service's IPv4 host, which a function without a way out over IPv4 cannot reach.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */
const DUAL_STACK_ENDPOINTS = 'AWS_USE_DUALSTACK_ENDPOINT';

export function placeFunctionInVpc(fn: ConnectableFunction, network: Network): void {
  const { resources } = fn;
  const { role, functionArn } = resources.lambda;
  const { cfnFunction } = resources.cfnResources;
  cfnFunction.vpcConfig = {
    subnetIds: network.functionSubnets.map((subnet) => subnet.subnetId),
    securityGroupIds: [network.functionGroup.securityGroup.securityGroupId],
    ...(network.hasIpv6 && { ipv6AllowedForDualStack: true }),
  };
  if (network.hasIpv6) fn.addEnvironment(DUAL_STACK_ENDPOINTS, 'true');
  if (role === undefined) return;
  // The CDK adds this policy only when it sets the VPC itself. Without it, creating the function fails with "does not
  // have permissions to call CreateNetworkInterface". It is part of the role, which the function waits for.
  role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'));
  denyNetworkInterfacesToCode({ role, functionArn }, cfnFunction);
}

/**
 * A policy of its own, beside the function: it names the function, so the function cannot wait for it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
 */
export function denyNetworkInterfacesToCode(
  { role, functionArn }: Pick<IFunction, 'role' | 'functionArn'>,
  cfnFunction: CfnFunction,
): void {
  if (role === undefined) return;
  const policy = new Policy(Stack.of(cfnFunction), `${cfnFunction.node.path.split('/').at(-2)}-network-interfaces`, {
    statements: [
      new PolicyStatement({
        effect: Effect.DENY,
        actions: NETWORK_INTERFACE_ACTIONS,
        resources: ['*'],
        // Present in calls that the code makes, and absent in those of the Lambda service.
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      }),
    ],
  });
  policy.attachToRole(role);
}
